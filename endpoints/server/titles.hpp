#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "endpoints/codec/library.hpp"
#include "endpoints/server/shelf.hpp"

namespace avocet::server {

/// The titles of a library folder, opened, as the service wants them; knows when the folder has changed.
class Titles {
 public:
  explicit Titles(std::filesystem::path folder) : library_(std::move(folder)) {}

  /// Looks at the folder. True when something is different from before.
  codec::Result<bool> scan();
  std::vector<service::StoredTitle> catalogue() const;
  std::shared_ptr<const Shelf> shelf() const;

 private:
  struct Entry {
    codec::Listing listing;
    std::shared_ptr<const codec::Title> title;
    codec::Error problem;
  };

  codec::Library library_;
  std::map<std::string, Entry> entries_;
  bool scanned_ = false;
};

}  // namespace avocet::server
