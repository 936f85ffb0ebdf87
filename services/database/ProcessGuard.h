#pragma once

namespace calldeck
{

/** First thing in main(): files of this process are its owner's alone, and its memory, which holds calls and a key, is never dumped to disk. */
void guardProcess();

} // namespace calldeck
