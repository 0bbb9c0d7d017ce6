#include "endpoints/client/text_painter.hpp"

#include <imgui.h>

#include <filesystem>

namespace avocet::client {
namespace {

constexpr const char* font_file = "/usr/share/fonts/truetype/dejavu/DejaVuSansMono.ttf";

/// The next character of UTF-8 text; what does not decode is skipped bytewise.
ImWchar next_character(std::string_view& text) {
  const auto first = static_cast<unsigned char>(text.front());
  const std::size_t length = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  if (length == 1 || length > text.size() || length == 4) {
    text.remove_prefix(std::min(length, text.size()));
    return length == 1 ? static_cast<ImWchar>(first) : static_cast<ImWchar>('?');
  }
  unsigned value = first & (length == 2 ? 0x1fu : 0x0fu);
  for (std::size_t i = 1; i < length; ++i) value = value << 6 | (static_cast<unsigned char>(text[i]) & 0x3fu);
  text.remove_prefix(length);
  return static_cast<ImWchar>(value);
}

}  // namespace

struct TextPainter::Font {
  ImFontAtlas atlas;
  ImFont* font = nullptr;
};

TextPainter::TextPainter(SDL_Renderer* renderer, float pixels)
    : font_(std::make_unique<Font>()), renderer_(renderer) {
  ImFontAtlas& atlas = font_->atlas;
  ImFontConfig sharp;  // each pixel of the atlas is one of the screen
  sharp.OversampleH = 1;
  sharp.PixelSnapH = true;
  if (std::filesystem::exists(font_file)) font_->font = atlas.AddFontFromFileTTF(font_file, pixels, &sharp);
  if (font_->font == nullptr) {
    ImFontConfig plain;
    plain.SizePixels = pixels < 24 ? 13 : 26;  // it is made of dots: sharp in multiples of 13
    font_->font = atlas.AddFontDefault(&plain);
  }
  font_->font->FallbackChar = '?';
  unsigned char* rgba = nullptr;
  int width = 0, height = 0;
  atlas.GetTexDataAsRGBA32(&rgba, &width, &height);
  texture_ = SDL_CreateTexture(renderer_, SDL_PIXELFORMAT_RGBA32, SDL_TEXTUREACCESS_STATIC, width, height);
  if (texture_ == nullptr) return;
  SDL_UpdateTexture(texture_, nullptr, rgba, width * 4);
  SDL_SetTextureBlendMode(texture_, SDL_BLENDMODE_BLEND);
  SDL_SetTextureScaleMode(texture_, SDL_ScaleModeNearest);
}

TextPainter::~TextPainter() {
  if (texture_ != nullptr) SDL_DestroyTexture(texture_);
}

float TextPainter::line_height() const { return font_->font->FontSize; }

float TextPainter::width(std::string_view text) const {
  float width = 0;
  while (!text.empty()) width += font_->font->FindGlyph(next_character(text))->AdvanceX;
  return width;
}

void TextPainter::draw(float x, float y, std::string_view text, SDL_Color color) const {
  if (texture_ == nullptr) return;
  SDL_SetTextureColorMod(texture_, color.r, color.g, color.b);
  SDL_SetTextureAlphaMod(texture_, color.a);
  const auto w = static_cast<float>(font_->atlas.TexWidth), h = static_cast<float>(font_->atlas.TexHeight);
  while (!text.empty()) {
    const ImFontGlyph& glyph = *font_->font->FindGlyph(next_character(text));
    const SDL_Rect from{static_cast<int>(glyph.U0 * w + 0.5f), static_cast<int>(glyph.V0 * h + 0.5f),
                        static_cast<int>((glyph.U1 - glyph.U0) * w + 0.5f),
                        static_cast<int>((glyph.V1 - glyph.V0) * h + 0.5f)};
    // Whole pixels: between them letters blur.
    const SDL_Rect to{static_cast<int>(x + glyph.X0 + 0.5f), static_cast<int>(y + glyph.Y0 + 0.5f), from.w,
                      from.h};
    if (glyph.Visible != 0) SDL_RenderCopy(renderer_, texture_, &from, &to);
    x += glyph.AdvanceX;
  }
}

}  // namespace avocet::client
