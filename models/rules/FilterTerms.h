#pragma once

#include <QString>
#include <QStringList>

namespace calldeck
{

/** One blank-separated piece of a filter expression. */
struct FilterTerm {
    QString typed;         ///< as it stands in the expression, for messages
    bool negated = false;  ///< a minus sign before it
    QString key;           ///< lower case; "" for search text
    QString op;            ///< ":", "=", "<", "<=", ">" or ">="; "" for search text
    QStringList values;    ///< without their quotes; for search text one word, or a phrase in quotes
    bool unclosed = false; ///< a quote without its partner: all the rest is inside it
};

/** Never fails; NUL bytes and control characters count as blanks. */
QList<FilterTerm> splitFilter(const QString &expression);

/** Search text in quotes, "" when nothing is left of it. */
QString filterPhrase(const QString &text);

/** The value as a term has to spell it: in quotes, with \" and \\, where blanks, commas or quotes would break it. */
QString quotedFilterValue(const QString &value);

} // namespace calldeck
