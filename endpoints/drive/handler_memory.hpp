#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <new>
#include <utility>

namespace avocet::drive {

/// Storage for the few asio operations that one object has pending at a time, so that waiting again and again
/// allocates nothing. More than fit go to the heap. It must live until the operations are done: hold it by
/// shared_ptr in the allocator.
class HandlerMemory {
 public:
  void* allocate(std::size_t size) {
    for (Block& block : blocks_) {
      if (block.used || size > block.bytes.size()) continue;
      block.used = true;
      return block.bytes.data();
    }
    return ::operator new(size);
  }
  void deallocate(void* p) {
    for (Block& block : blocks_) {
      if (p == block.bytes.data()) return block.used = false, void();
    }
    ::operator delete(p);
  }

 private:
  struct Block {
    alignas(std::max_align_t) std::array<std::byte, 256> bytes;
    bool used = false;
  };
  std::array<Block, 3> blocks_;
};

/// Gives a HandlerMemory to asio.
template <class T>
class HandlerAllocator {
 public:
  using value_type = T;

  explicit HandlerAllocator(std::shared_ptr<HandlerMemory> memory) : memory_(std::move(memory)) {}
  template <class U>
  HandlerAllocator(const HandlerAllocator<U>& other) : memory_(other.memory()) {}

  T* allocate(std::size_t n) { return static_cast<T*>(memory_->allocate(n * sizeof(T))); }
  void deallocate(T* p, std::size_t) { memory_->deallocate(p); }
  const std::shared_ptr<HandlerMemory>& memory() const { return memory_; }
  template <class U>
  bool operator==(const HandlerAllocator<U>& other) const {
    return memory_ == other.memory();
  }

 private:
  std::shared_ptr<HandlerMemory> memory_;
};

}  // namespace avocet::drive
