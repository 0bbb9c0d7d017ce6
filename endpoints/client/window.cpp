#include "endpoints/client/window.hpp"

#include <SDL2/SDL.h>

#include <algorithm>
#include <stdexcept>

namespace avocet::client {
namespace {

constexpr double most_of_screen = 0.8;
constexpr int widest = 1280;
constexpr float text_pixels = 15;
constexpr SDL_Color shade{0, 0, 0, 170};
constexpr SDL_Color ink{235, 235, 235, 255};
constexpr SDL_Color rail{120, 120, 120, 200};
constexpr SDL_Color mark{226, 120, 60, 255};

/// Size of the window for a picture of this shape.
SDL_Point window_size(int width, int height) {
  SDL_Rect screen{0, 0, widest, widest};
  SDL_GetDisplayUsableBounds(0, &screen);
  const double scale = std::min({1.0, static_cast<double>(widest) / width, screen.w * most_of_screen / width,
                                 screen.h * most_of_screen / height});
  return {std::max(static_cast<int>(width * scale), 160), std::max(static_cast<int>(height * scale), 90)};
}

SDL_YUV_CONVERSION_MODE colours_of(const codec::Picture& picture) {
  if (picture.full_range) return SDL_YUV_CONVERSION_JPEG;
  return picture.bt709 ? SDL_YUV_CONVERSION_BT709 : SDL_YUV_CONVERSION_BT601;
}

}  // namespace

Window::Window(const Display&, const std::string& title, int width, int height)
    : aspect_(static_cast<double>(width) / height) {
  const SDL_Point size = window_size(width, height);
  window_.reset(SDL_CreateWindow(title.c_str(), SDL_WINDOWPOS_CENTERED, SDL_WINDOWPOS_CENTERED, size.x,
                                 size.y, SDL_WINDOW_RESIZABLE | SDL_WINDOW_ALLOW_HIGHDPI));
  if (!window_) throw std::runtime_error(std::string("no window: ") + SDL_GetError());
  renderer_.reset(
      SDL_CreateRenderer(window_.get(), -1, SDL_RENDERER_ACCELERATED | SDL_RENDERER_PRESENTVSYNC));
  if (!renderer_) renderer_.reset(SDL_CreateRenderer(window_.get(), -1, SDL_RENDERER_SOFTWARE));
  if (!renderer_) throw std::runtime_error(std::string("no window: ") + SDL_GetError());
  SDL_SetRenderDrawBlendMode(renderer_.get(), SDL_BLENDMODE_BLEND);
  SDL_SetWindowMinimumSize(window_.get(), 160, 90);
  int pixels = size.x;
  SDL_GetRendererOutputSize(renderer_.get(), &pixels, nullptr);
  scale_ = std::max(1.0f, static_cast<float>(pixels) / static_cast<float>(size.x));
  text_ = std::make_unique<TextPainter>(renderer_.get(), text_pixels * scale_);
}

Window::~Window() = default;

void Window::set_picture(const codec::Picture& picture) {
  SDL_SetYUVConversionMode(colours_of(picture));
  if (!make_texture(picture.width, picture.height)) return;
  SDL_UpdateYUVTexture(texture_.get(), nullptr, picture.planes[0], picture.strides[0], picture.planes[1],
                       picture.strides[1], picture.planes[2], picture.strides[2]);
}

bool Window::make_texture(int width, int height) {
  if (texture_ && width == texture_width_ && height == texture_height_) return true;
  texture_.reset(
      SDL_CreateTexture(renderer_.get(), SDL_PIXELFORMAT_IYUV, SDL_TEXTUREACCESS_STREAMING, width, height));
  texture_width_ = width;
  texture_height_ = height;
  return texture_ != nullptr;
}

void Window::draw(const Overlay& overlay) {
  int width = 0, height = 0;
  SDL_GetRendererOutputSize(renderer_.get(), &width, &height);
  SDL_SetRenderDrawColor(renderer_.get(), 0, 0, 0, 255);
  SDL_RenderClear(renderer_.get());
  const SDL_Rect area = picture_area(width, height);
  if (texture_) SDL_RenderCopy(renderer_.get(), texture_.get(), nullptr, &area);
  if (!overlay.status.empty()) draw_status(overlay, width, height);
  if (!overlay.details.empty()) draw_details(overlay.details, width);
  SDL_RenderPresent(renderer_.get());
}

void Window::toggle_full_screen() {
  SDL_SetWindowFullscreen(window_.get(), full_screen() ? 0 : SDL_WINDOW_FULLSCREEN_DESKTOP);
}

bool Window::full_screen() const {
  return (SDL_GetWindowFlags(window_.get()) & SDL_WINDOW_FULLSCREEN_DESKTOP) != 0;
}

/// The largest rectangle of the picture's shape. All renditions are given the same, though rounding makes
/// their shapes differ by a pixel: the picture must not twitch when one is changed for another.
SDL_Rect Window::picture_area(int width, int height) const {
  const int fitting_width = std::min(width, static_cast<int>(height * aspect_ + 0.5));
  const int fitting_height = std::min(height, static_cast<int>(width / aspect_ + 0.5));
  return {(width - fitting_width) / 2, (height - fitting_height) / 2, fitting_width, fitting_height};
}

void Window::draw_status(const Overlay& overlay, int width, int height) const {
  const int margin = static_cast<int>(8 * scale_), bar = static_cast<int>(3 * scale_);
  const int line = static_cast<int>(text_->line_height());
  const int strip = line + margin;
  fill({0, height - strip, width, strip}, shade);
  if (overlay.progress >= 0) {
    fill({0, height - strip - bar, width, bar}, rail);
    fill({0, height - strip - bar, static_cast<int>(width * overlay.progress), bar}, mark);
  }
  text_->draw(static_cast<float>(margin), static_cast<float>(height - strip) + static_cast<float>(margin) / 2,
              overlay.status, ink);
}

void Window::draw_details(const std::vector<std::string>& lines, int width) const {
  const float margin = 8 * scale_;
  float widest_line = 0;
  for (const std::string& line : lines) widest_line = std::max(widest_line, text_->width(line));
  const float line_height = text_->line_height() * 1.2f;
  const int panel = std::min(width, static_cast<int>(widest_line + 2 * margin));
  fill({0, 0, panel, static_cast<int>(line_height * static_cast<float>(lines.size()) + margin)}, shade);
  float y = margin / 2;
  for (const std::string& line : lines) {
    text_->draw(margin, y, line, ink);
    y += line_height;
  }
}

void Window::fill(const SDL_Rect& area, SDL_Color color) const {
  SDL_SetRenderDrawColor(renderer_.get(), color.r, color.g, color.b, color.a);
  SDL_RenderFillRect(renderer_.get(), &area);
}

}  // namespace avocet::client
