#pragma once

#include "rules/Phone.h"

#include <QHash>

namespace calldeck
{

/**
 * Remembers what the numbering plan said about a number: a few thousand numbers make most of the calls, and each question costs as
 * much as storing the row. Bounded; the same answers as without it. Confined to one thread.
 */
class NumberMemo
{
public:
    /** E.164, or "" when the text is no valid number in `region`. */
    const QString &e164(const QString &raw, const QString &region)
    {
        return remembered(m_parsed, QString(region + QLatin1Char('\n') + raw), [&] { return parsePhone(raw, region).e164; });
    }
    const QStringList &searchTokens(const QString &e164OrRaw)
    {
        return remembered(m_tokens, e164OrRaw, [&] { return phoneSearchTokens(e164OrRaw); });
    }

private:
    static constexpr qsizetype most = 50'000;

    template <class T, class F> static const T &remembered(QHash<QString, T> &answers, const QString &question, F &&ask)
    {
        if (const auto found = answers.constFind(question); found != answers.cend())
            return *found;
        if (answers.size() >= most)
            answers.clear();
        return *answers.insert(question, ask());
    }

    QHash<QString, QString> m_parsed;
    QHash<QString, QStringList> m_tokens;
};

} // namespace calldeck
