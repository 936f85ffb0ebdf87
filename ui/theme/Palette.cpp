#include "theme/Palette.h"

namespace calldeck
{

namespace
{

struct Pair {
    Token token;
    QRgb light;
    QRgb dark;
};

constexpr Pair colours[] = {
    {Token::Window, 0xfff5f6f8, 0xff101318},        {Token::Surface, 0xffffffff, 0xff171b21},       {Token::SurfaceRaised, 0xffffffff, 0xff1f242c},
    {Token::SurfaceSunken, 0xfff0f2f5, 0xff12161b}, {Token::Hover, 0xfff4f6fa, 0xff1e242d},         {Token::Selection, 0xffe6eefc, 0xff1c2d4d},
    {Token::SelectionBar, 0xff2458d3, 0xff6d9bff},  {Token::Border, 0xffe3e6eb, 0xff2a303a},        {Token::BorderStrong, 0xffc6ccd6, 0xff434c5a},
    {Token::FocusRing, 0xff2458d3, 0xff7fa7ff},     {Token::Text, 0xff15181e, 0xffeef1f6},          {Token::TextMuted, 0xff566071, 0xffa9b3c2},
    {Token::TextFaint, 0xff687283, 0xff8d97a7},     {Token::TextOnAccent, 0xffffffff, 0xff0b1220},  {Token::Accent, 0xff2458d3, 0xff7fa7ff},
    {Token::AccentHover, 0xff1c4bb8, 0xff97b7ff},   {Token::AccentPressed, 0xff173f9c, 0xffb0c8ff}, {Token::AccentSoft, 0xffe6eefc, 0xff1c2d4d},
    {Token::AccentText, 0xff1f4fc0, 0xff9dbcff},    {Token::Ok, 0xff17713d, 0xff63d08f},            {Token::OkSoft, 0xffe0f4e7, 0xff14321f},
    {Token::Warning, 0xff8a5a00, 0xfff0bb55},       {Token::WarningSoft, 0xfffcf0d6, 0xff3a2c0d},   {Token::Critical, 0xffb0460a, 0xffff9a5c},
    {Token::CriticalSoft, 0xfffde7da, 0xff40220f},  {Token::Overdue, 0xffb91c26, 0xffff8287},       {Token::OverdueSoft, 0xfffde4e5, 0xff431a1d},
    {Token::Info, 0xff1f4fc0, 0xff9dbcff},          {Token::InfoSoft, 0xffe6eefc, 0xff1c2d4d},      {Token::Violet, 0xff6a35b8, 0xffc4a3ff},
    {Token::VioletSoft, 0xfff0e8fc, 0xff2f2047},    {Token::Neutral, 0xff4b5565, 0xffb4bdca},       {Token::NeutralSoft, 0xffeceff3, 0xff262c35},
};

} // namespace

QColor paletteColor(Token token, bool dark)
{
    const Pair &pair = colours[static_cast<size_t>(token)];
    Q_ASSERT(pair.token == token);
    return QColor::fromRgba(dark ? pair.dark : pair.light);
}

} // namespace calldeck
