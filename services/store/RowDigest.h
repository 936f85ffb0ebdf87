#pragma once

#include <QString>

#include <initializer_list>

namespace calldeck
{

/** A digest of the texts of a row, in their order: one that was changed by a damaged disk does not fit any more. */
QString rowDigest(std::initializer_list<QString> texts);

} // namespace calldeck
