#include "store/CallSearch.h"

#include "rules/Phone.h"
#include "store/CallRows.h"

#include <QVersionNumber>
#include <algorithm>
#include <array>

namespace calldeck
{

namespace
{

constexpr int shortestCallPrefix = 2;
constexpr int shortestTurnPrefix = 3;

struct Term {
    QString word;
    bool phrase = false;
};

QList<Term> splitTerms(const QString &typed)
{
    QList<Term> terms;
    Term current;
    const auto finish = [&] {
        if (std::any_of(current.word.cbegin(), current.word.cend(), [](QChar c) { return c.isLetterOrNumber(); }))
            terms.append(current);
        current = {};
    };
    for (QChar c : typed) {
        if (c == u'"') {
            const bool wasPhrase = current.phrase;
            finish();
            current.phrase = !wasPhrase;
        } else if (c.isSpace() && !current.phrase) {
            finish();
        } else {
            current.word += c;
        }
    }
    finish();
    return terms;
}

/** Quoted, so that nothing a person types is an operator of the full-text language. */
QString quoted(const QString &word)
{
    QString clean = word;
    clean.replace(u'"', u' ');
    clean.remove(QChar(u'\0'));
    return QString(u'"' + clean + u'"');
}

/** Letters and digits at the end, which is what a prefix search looks for: of "(6" one, of "O'Br" two. */
qsizetype lastTokenSize(const QString &word)
{
    const auto isPart = [](QChar c) { return c.isLetterOrNumber(); };
    const auto end = std::find_if(word.crbegin(), word.crend(), isPart);
    return std::find_if_not(end, word.crend(), isPart) - end;
}

/** A word that has only been begun is too short to look for; until it is longer, the others decide, so that the list never goes blank in between. */
QString allOf(QList<Term> terms, int shortestPrefix, bool lastIsBegun)
{
    if (lastIsBegun && terms.size() > 1 && !terms.last().phrase && lastTokenSize(terms.last().word) < shortestPrefix)
        terms.removeLast();
    QStringList parts;
    for (const Term &term : terms)
        parts.append(quoted(term.word) + (!term.phrase && lastTokenSize(term.word) >= shortestPrefix ? QStringLiteral("*") : QString()));
    return parts.join(QStringLiteral(" AND "));
}

} // namespace

SearchQuestion searchQuestion(const QString &typed)
{
    const QList<Term> terms = splitTerms(typed);
    if (terms.isEmpty())
        return {};
    const QString digits = typedDigits(typed);
    const bool lastIsBegun = digits.isEmpty() && !typed.back().isSpace();
    SearchQuestion question{allOf(terms, shortestCallPrefix, lastIsBegun), allOf(terms, shortestTurnPrefix, lastIsBegun)};
    if (!digits.isEmpty())
        question.calls = QString(u'(' + question.calls + QStringLiteral(") OR numbers : ") + quoted(digits) + u'*');
    return question;
}

Result<IdSet> searchCalls(Database &database, const SearchQuestion &question)
{
    IdSet found;
    const auto collect = [&](const QByteArray &sql, const QString &match, int shift) -> Verdict {
        Statement select = database.prepare(sql);
        select.bind(1, match);
        while (select.step())
            found.insert(select.integer(0) >> shift);
        if (select.failed())
            return database.lastError();
        return Done{};
    };
    if (Verdict done = collect("SELECT rowid FROM call_search WHERE call_search MATCH ?", question.calls, 0); !done)
        return done.error();
    if (Verdict done = collect("SELECT rowid FROM turn_search WHERE turn_search MATCH ?", question.turns, turnsPerCallBits); !done)
        return done.error();
    return found;
}

Result<std::vector<CallKey>> searchNewest(Database &database, const SearchQuestion &question, int limit)
{
    std::vector<CallKey> keys;
    const auto collect = [&](const QByteArray &sql, const QString &match, int shift) -> Verdict {
        Statement select = database.prepare(sql);
        select.bindAll(match, limit);
        while (select.step())
            keys.push_back(select.integer(0) >> shift);
        if (select.failed())
            return database.lastError();
        return Done{};
    };
    if (Verdict done = collect("SELECT rowid FROM call_search WHERE call_search MATCH ? ORDER BY rowid DESC LIMIT ?", question.calls, 0); !done)
        return done.error();
    if (Verdict done = collect("SELECT rowid FROM turn_search WHERE turn_search MATCH ? ORDER BY rowid DESC LIMIT ?", question.turns, turnsPerCallBits); !done)
        return done.error();
    std::sort(keys.begin(), keys.end(), std::greater<>());
    keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
    if (keys.size() > static_cast<size_t>(limit))
        keys.resize(static_cast<size_t>(limit));
    return keys;
}

namespace
{

/** The five columns of the index in their order. */
using SearchText = std::array<QString, 5>;

SearchText searchTextOf(Database &database, const Call &call)
{
    QString contact;
    if (!call.contact_id.isEmpty()) {
        Statement linked = database.prepare("SELECT trim(ifnull(name, '') || ' ' || ifnull(business_name, '')) FROM contacts WHERE uid = ?");
        if (linked.bindAll(call.contact_id).step())
            contact = linked.text(0);
    }
    const auto joined = [](const QStringList &parts) {
        QStringList present = parts;
        present.removeAll(QString());
        return present.join(u' ');
    };
    const QString number = call.customer_number.isEmpty() ? call.customer_number_raw : call.customer_number;
    return {joined({call.caller_name, call.business_name, call.customer_ref, call.customer_email, contact}), phoneSearchTokens(number).join(u' '),
            joined({call.last_outcome_notes, call.call_notes}), call.tags.join(u' '), joined({call.transcript_summary, call.call_purpose})};
}

Verdict writeText(Database &database, const QByteArray &sql, CallKey key, const SearchText &text)
{
    Statement write = database.prepare(sql);
    int index = 0;
    for (const QString &column : text)
        write.bindText(++index, column);
    write.bind(++index, key);
    return write.run();
}

constexpr const char *insertText = "INSERT INTO search_text (party, numbers, notes, tags, summary, call_id) VALUES (?, ?, ?, ?, ?, ?)";
constexpr const char *updateText = "UPDATE search_text SET party = ?, numbers = ?, notes = ?, tags = ?, summary = ? WHERE call_id = ?";
constexpr const char *insertWords = "INSERT INTO call_search (party, numbers, notes, tags, summary, rowid) VALUES (?, ?, ?, ?, ?, ?)";
constexpr const char *deleteWords = "INSERT INTO call_search (call_search, party, numbers, notes, tags, summary, rowid) VALUES ('delete', ?, ?, ?, ?, ?, ?)";

Result<std::optional<SearchText>> indexedText(Database &database, CallKey key)
{
    Statement select = database.prepare("SELECT party, numbers, notes, tags, summary FROM search_text WHERE call_id = ?");
    select.bind(1, key);
    if (!select.step())
        return select.failed() ? Result<std::optional<SearchText>>(database.lastError()) : std::optional<SearchText>();
    SearchText text;
    for (int column = 0; column < static_cast<int>(text.size()); ++column)
        text[static_cast<size_t>(column)] = select.text(column);
    return std::optional(text);
}

Verdict removeTurns(Database &database, CallKey call)
{
    const qint64 first = call * turnsPerCall;
    QList<std::pair<qint64, QString>> before;
    {
        Statement select = database.prepare("SELECT id, content FROM conversation_turns WHERE id >= ? AND id < ?");
        select.bindAll(first, first + turnsPerCall);
        while (select.step())
            before.append({select.integer(0), select.text(1)});
        if (select.failed())
            return database.lastError();
    }
    Statement forget = database.prepare("INSERT INTO turn_search (turn_search, rowid, content) VALUES ('delete', ?, ?)");
    for (const auto &[id, content] : std::as_const(before)) {
        forget.reset();
        if (Verdict done = forget.bind(1, id).bindText(2, content).run(); !done)
            return done;
    }
    Statement remove = database.prepare("DELETE FROM conversation_turns WHERE id >= ? AND id < ?");
    return remove.bindAll(first, first + turnsPerCall).run();
}

} // namespace

Verdict keepNoDeletedWords(Database &database)
{
    const QVersionNumber firstThatCan(3, 42);
    if (QVersionNumber::fromString(database.singleText("SELECT sqlite_version()")) < firstThatCan)
        return Done{};
    for (const QByteArray table : {"call_search", "turn_search"}) {
        const auto isSet = database.prepare("SELECT 1 FROM " + table + "_config WHERE k = 'secure-delete' AND v = 1").found();
        if (!isSet)
            return isSet.error();
        if (*isSet)
            continue;
        if (Verdict done = database.execute("INSERT INTO " + table + " (" + table + ", rank) VALUES ('secure-delete', 1)"); !done)
            return done;
    }
    return Done{};
}

Verdict indexNewCall(Database &database, const Call &call)
{
    const SearchText text = searchTextOf(database, call);
    if (Verdict done = writeText(database, insertText, call.key, text); !done)
        return done;
    return writeText(database, insertWords, call.key, text);
}

Verdict indexCall(Database &database, const Call &call)
{
    const auto before = indexedText(database, call.key);
    if (!before)
        return before.error();
    if (!*before)
        return indexNewCall(database, call);
    const SearchText text = searchTextOf(database, call);
    if (text == **before)
        return Done{};
    Verdict done = writeText(database, deleteWords, call.key, **before);
    if (done)
        done = writeText(database, updateText, call.key, text);
    return done ? writeText(database, insertWords, call.key, text) : done;
}

Verdict storeNewTurns(Database &database, CallKey call, const QList<ConversationTurn> &turns)
{
    Statement store = database.prepare("INSERT INTO conversation_turns (id, speaker, content, at_ms, confidence) VALUES (?, ?, ?, ?, ?)");
    Statement index = database.prepare("INSERT INTO turn_search (rowid, content) VALUES (?, ?)");
    qint64 id = call * turnsPerCall;
    for (const ConversationTurn &spoken : turns.first(std::min<qsizetype>(turns.size(), turnsPerCall))) {
        store.reset();
        index.reset();
        store.bind(1, id).bind(2, wireWord(spoken.speaker)).bindText(3, spoken.content).bind(4, spoken.at_ms).bind(5, spoken.confidence);
        if (Verdict done = store.run(); !done)
            return done;
        if (Verdict done = index.bind(1, id++).bindText(2, spoken.content).run(); !done)
            return done;
    }
    return Done{};
}

Verdict replaceTurns(Database &database, CallKey call, const QList<ConversationTurn> &turns)
{
    if (turns.isEmpty())
        return Done{};
    const Verdict removed = removeTurns(database, call);
    return removed ? storeNewTurns(database, call, turns) : removed;
}

Verdict forgetWords(Database &database, CallKey call)
{
    const auto before = indexedText(database, call);
    if (!before)
        return before.error();
    Verdict done = *before ? writeText(database, deleteWords, call, **before) : Verdict(Done{});
    if (done) {
        Statement remove = database.prepare("DELETE FROM search_text WHERE call_id = ?");
        done = remove.bindAll(call).run();
    }
    return done ? removeTurns(database, call) : done;
}

Result<int> indexQueuedCalls(Database &database, int limit)
{
    QList<CallKey> waiting;
    {
        Statement select = database.prepare("SELECT call_id FROM search_queue LIMIT ?");
        select.bind(1, limit);
        while (select.step())
            waiting.append(select.integer(0));
        if (select.failed())
            return database.lastError();
    }
    for (CallKey key : std::as_const(waiting)) {
        const auto call = findCallByKey(database, key);
        if (!call)
            return call.error();
        if (*call) {
            if (Verdict done = indexCall(database, **call); !done)
                return done.error();
        }
        Statement remove = database.prepare("DELETE FROM search_queue WHERE call_id = ?");
        if (Verdict done = remove.bindAll(key).run(); !done)
            return done.error();
    }
    return static_cast<int>(waiting.size());
}

} // namespace calldeck
