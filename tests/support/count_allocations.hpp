#pragma once

#include <cstdlib>
#include <new>

/// Counts every allocation of this thread in the program that includes this, in one file only: it replaces
/// operator new.
namespace {
thread_local std::size_t allocations = 0;
}  // namespace

// NOLINTBEGIN(misc-new-delete-overloads): counts every allocation of this program.
void* operator new(std::size_t size) {
  ++allocations;
  if (void* p = std::malloc(size)) return p;
  throw std::bad_alloc();
}
void operator delete(void* p) noexcept { std::free(p); }
void operator delete(void* p, std::size_t) noexcept { std::free(p); }
// NOLINTEND(misc-new-delete-overloads)
