#include "rules/Passphrase.h"

#include <algorithm>

namespace calldeck
{

using namespace Qt::StringLiterals;

QString newPassphraseProblem(const QString &typed, const QString &again)
{
    if (typed.size() < shortestPassphrase)
        return u"At least %1 characters, better 15."_s.arg(shortestPassphrase);
    return typed == again ? QString() : u"The two are not the same yet."_s;
}

int pauseAfterWrongMs(int wrong)
{
    constexpr int firstMs = 1000;
    constexpr int longestMs = 30'000;
    constexpr int doublings = 5; // the last of them is over the longest
    return wrong <= 0 ? 0 : std::min(firstMs << std::min(wrong - 1, doublings), longestMs);
}

} // namespace calldeck
