#include "rules/FilterTerms.h"

#include <algorithm>

namespace calldeck
{

using namespace Qt::StringLiterals;

namespace
{

bool isBlank(QChar c)
{
    return c.isSpace() || c.category() == QChar::Other_Control;
}

class TermReader
{
public:
    explicit TermReader(const QString &text) : m_text(text) {}

    bool atTerm()
    {
        while (m_at < m_text.size() && isBlank(m_text[m_at]))
            ++m_at;
        return m_at < m_text.size();
    }

    FilterTerm read()
    {
        const qsizetype start = m_at;
        FilterTerm term;
        term.negated = m_text[m_at] == u'-' && m_at + 1 < m_text.size() && !isBlank(m_text[m_at + 1]);
        if (term.negated)
            ++m_at;
        if (readKey(term))
            readValues(term);
        else
            readText(term);
        term.typed = m_text.mid(start, m_at - start);
        return term;
    }

private:
    QChar peek(qsizetype at) const { return at < m_text.size() ? m_text[at] : QChar(); }

    bool readKey(FilterTerm &term)
    {
        qsizetype end = m_at;
        while (peek(end).isLetter() || peek(end) == u'_')
            ++end;
        const QChar first = peek(end);
        if (end == m_at || (first != u':' && first != u'=' && first != u'<' && first != u'>'))
            return false;
        const qsizetype length = (first == u'<' || first == u'>') && peek(end + 1) == u'=' ? 2 : 1;
        term.key = m_text.mid(m_at, end - m_at).toLower();
        term.op = m_text.mid(end, length);
        m_at = end + length;
        return true;
    }

    void readValues(FilterTerm &term)
    {
        for (;;) {
            const QString value = peek(m_at) == u'"' ? readQuoted(term) : readBare();
            if (!value.isEmpty())
                term.values.append(value);
            if (peek(m_at) != u',')
                return;
            ++m_at;
        }
    }

    QString readBare()
    {
        const qsizetype start = m_at;
        while (m_at < m_text.size() && !isBlank(m_text[m_at]) && m_text[m_at] != u',')
            ++m_at;
        return m_text.mid(start, m_at - start);
    }

    QString readQuoted(FilterTerm &term)
    {
        QString value;
        for (++m_at; m_at < m_text.size(); ++m_at) {
            if (m_text[m_at] == u'"') {
                ++m_at;
                return value;
            }
            const bool escaped = m_text[m_at] == u'\\' && (peek(m_at + 1) == u'"' || peek(m_at + 1) == u'\\');
            value += m_text[escaped ? ++m_at : m_at];
        }
        term.unclosed = true;
        return value;
    }

    void readText(FilterTerm &term)
    {
        const qsizetype start = m_at;
        if (peek(m_at) == u'"') {
            setPhrase(term, readQuoted(term));
            return;
        }
        while (m_at < m_text.size() && !isBlank(m_text[m_at]))
            ++m_at;
        const QString word = m_text.mid(start, m_at - start);
        if (word.contains(u'"'))
            setPhrase(term, word);
        else
            term.values = {word};
    }

    // The search itself knows no escapes: a phrase holds neither quotes nor backslashes, so that it reads the same
    // again.
    static void setPhrase(FilterTerm &term, const QString &text)
    {
        const QString phrase = filterPhrase(text);
        if (!phrase.isEmpty())
            term.values = {phrase};
    }

    const QString &m_text;
    qsizetype m_at = 0;
};

} // namespace

QList<FilterTerm> splitFilter(const QString &expression)
{
    QList<FilterTerm> terms;
    TermReader reader(expression);
    while (reader.atTerm())
        terms.append(reader.read());
    return terms;
}

QString filterPhrase(const QString &text)
{
    const QString clean = QString(text).replace(u'"', u' ').replace(u'\\', u' ').simplified();
    return clean.isEmpty() ? QString() : QString(u'"' % clean % u'"');
}

QString quotedFilterValue(const QString &value)
{
    const bool plain = !value.isEmpty() && std::none_of(value.cbegin(), value.cend(),
                                                        [](QChar c) { return isBlank(c) || c == u',' || c == u'"'; });
    if (plain)
        return value;
    QString escaped = value;
    escaped.replace(u'\\', u"\\\\"_s).replace(u'"', u"\\\""_s);
    return QString(u'"' % escaped % u'"');
}

} // namespace calldeck
