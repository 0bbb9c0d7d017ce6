#pragma once

#include <SDL2/SDL_render.h>
#include <SDL2/SDL_video.h>

#include <memory>
#include <string>
#include <vector>

#include "endpoints/client/display.hpp"
#include "endpoints/client/text_painter.hpp"
#include "endpoints/codec/decoder.hpp"

namespace avocet::client {

/// What lies over the picture.
struct Overlay {
  std::string status;    ///< the line at the lower edge; empty: none
  double progress = -1;  ///< 0..1: how far the title is; below 0: not known
  std::vector<std::string> details;
};

/// A window with a picture, kept in its shape, and text over it. Draws with the GPU where there is one.
class Window {
 public:
  /// `width` and `height` of the picture give the shape; the window is no larger than the screen. Throws
  /// std::runtime_error when there can be no window.
  Window(const Display&, const std::string& title, int width, int height);
  ~Window();
  Window(const Window&) = delete;
  Window& operator=(const Window&) = delete;

  void set_picture(const codec::Picture&);
  void draw(const Overlay&);
  void toggle_full_screen();
  bool full_screen() const;

 private:
  struct Destroy {
    void operator()(SDL_Window* w) const { SDL_DestroyWindow(w); }
    void operator()(SDL_Renderer* r) const { SDL_DestroyRenderer(r); }
    void operator()(SDL_Texture* t) const { SDL_DestroyTexture(t); }
  };

  bool make_texture(int width, int height);
  SDL_Rect picture_area(int width, int height) const;
  void draw_status(const Overlay&, int width, int height) const;
  void draw_details(const std::vector<std::string>&, int width) const;
  void fill(const SDL_Rect&, SDL_Color) const;

  double aspect_;
  std::unique_ptr<SDL_Window, Destroy> window_;
  std::unique_ptr<SDL_Renderer, Destroy> renderer_;
  std::unique_ptr<SDL_Texture, Destroy> texture_;
  int texture_width_ = 0, texture_height_ = 0;
  float scale_ = 1;  // of a screen with small pixels
  std::unique_ptr<TextPainter> text_;
};

}  // namespace avocet::client
