#pragma once

#include "theme/Theme.h"

namespace calldeck
{

QColor paletteColor(Token token, bool dark);

} // namespace calldeck
