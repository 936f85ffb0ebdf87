#pragma once

#include <QString>

namespace calldeck
{

inline constexpr qsizetype shortestPassphrase = 8;

/** What keeps a new passphrase, typed twice, from being taken: a sentence, or "". */
QString newPassphraseProblem(const QString &typed, const QString &again);

/** For how long none is looked at after so many wrong ones in a row: 1 s, doubled by each, at most 30 s. */
int pauseAfterWrongMs(int wrong);

} // namespace calldeck
