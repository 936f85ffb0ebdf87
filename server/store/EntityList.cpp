#include "store/EntityList.h"

#include "rules/Phone.h"
#include "store/CallList.h"
#include "store/ListCursor.h"

namespace calldeck
{

using namespace Qt::StringLiterals;

namespace
{

constexpr qsizetype mostLookedAt = 1000;

QString textOf(const QJsonObject &contact)
{
    QStringList parts;
    for (auto it = contact.begin(); it != contact.end(); ++it) {
        if (it.key() != u"id"_s)
            parts.append(it->toString());
    }
    return parts.join(u' ').toLower();
}

struct Wanted {
    QStringList words;
    QString digits; ///< when the whole text is a telephone number being typed

    bool fits(const QJsonObject &contact) const
    {
        if (!digits.isEmpty() && contact.value(u"number"_s).toString().contains(digits))
            return true;
        const QString text = textOf(contact);
        return std::all_of(words.cbegin(), words.cend(), [&](const QString &word) { return text.contains(word); });
    }
};

bool isPlain(const QString &word)
{
    return std::all_of(word.cbegin(), word.cend(), [](QChar letter) { return letter.unicode() > 0x20 && letter.unicode() < 0x7f && letter != u'"' && letter != u'\\'; });
}

/** What the store can tell by itself: of words beyond ASCII it does not know the letter case. */
SqlCondition roughly(const Wanted &wanted)
{
    SqlCondition where;
    for (const QString &word : wanted.words) {
        if (isPlain(word) && wanted.digits.isEmpty())
            where.add("lower(\"row\") LIKE ? ESCAPE '\\'", {likePattern(word)});
    }
    if (!wanted.digits.isEmpty())
        where.add("\"row\" LIKE ? ESCAPE '\\'", {likePattern(wanted.digits)});
    return where;
}

} // namespace

Result<EntityPage> readEntities(WorkspaceTx &tx, const QString &kind, int limit, const QString &cursor)
{
    const QByteArray name = "entities " + kind.toUtf8();
    QString after;
    if (!cursor.isEmpty()) {
        const auto place = listPlaceOf(cursor, name);
        if (!place || !place->is_last_part)
            return Error{Error::Code::InvalidInput, u"cursor must be the next of a page of this list."_s, {}, false};
        after = place->id;
    }
    EntityPage page;
    SqlStatement rows = tx.query("SELECT id, ver, \"row\" FROM entity WHERE ws = ? AND kind = ? AND id > ? AND deleted = 0 ORDER BY id LIMIT ?", kind, after, limit + 1);
    while (rows.step())
        page.records.append({kind, rows.text(0), rows.integer(1), rows.bytes(2), "{}", false});
    if (rows.failed())
        return rows.verdict().error();
    if (page.records.size() > limit) {
        page.records.resize(limit);
        page.next = listCursor({page.records.last().id, 0, {}, false, true}, name);
    }
    return page;
}

Result<QList<Entity>> findContacts(WorkspaceTx &tx, const QString &text, int limit)
{
    const Wanted wanted{text.toLower().split(u' ', Qt::SkipEmptyParts), typedDigits(text)};
    const SqlCondition where = roughly(wanted);
    SqlStatement rows = tx.query("SELECT id, ver, \"row\" FROM entity WHERE ws = ? AND kind = 'contact' AND deleted = 0" + where.text + " ORDER BY id");
    bindValues(rows, where.values);
    QList<std::pair<QString, Entity>> found;
    while (found.size() < mostLookedAt && rows.step()) {
        const QJsonObject contact = parsedObject(rows.bytes(2));
        if (wanted.fits(contact))
            found.emplaceBack(contact.value(u"name"_s).toString().toLower(), Entity{u"contact"_s, rows.text(0), rows.integer(1), rows.bytes(2), "{}", false});
    }
    if (rows.failed())
        return rows.verdict().error();
    std::sort(found.begin(), found.end(), [](const auto &a, const auto &b) { return std::tie(a.first, a.second.id) < std::tie(b.first, b.second.id); });
    QList<Entity> contacts;
    for (qsizetype i = 0; i < std::min<qsizetype>(limit, found.size()); ++i)
        contacts.append(found.at(i).second);
    return contacts;
}

} // namespace calldeck
