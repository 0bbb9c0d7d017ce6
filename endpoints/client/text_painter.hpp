#pragma once

#include <SDL2/SDL_render.h>

#include <memory>
#include <string_view>

namespace avocet::client {

/// Draws text of one size, in a font of fixed width: the system's DejaVu Sans Mono, or a plain one that is
/// built in.
class TextPainter {
 public:
  /// `renderer` outlives this. `pixels` is the height of a line.
  TextPainter(SDL_Renderer* renderer, float pixels);
  ~TextPainter();
  TextPainter(const TextPainter&) = delete;
  TextPainter& operator=(const TextPainter&) = delete;

  float line_height() const;
  float width(std::string_view text) const;
  /// `x`, `y` is the upper left corner, in pixels. UTF-8; what the font does not have becomes a '?'.
  void draw(float x, float y, std::string_view text, SDL_Color color) const;

 private:
  struct Font;
  std::unique_ptr<Font> font_;
  SDL_Renderer* renderer_;
  SDL_Texture* texture_ = nullptr;
};

}  // namespace avocet::client
