#pragma once

#include "records/Records.h"
#include "database/Database.h"
#include "store/IdSet.h"

namespace calldeck
{

/** A turn's row id is its call's key and its place in the call. */
inline constexpr int turnsPerCallBits = 12;
inline constexpr int turnsPerCall = 1 << turnsPerCallBits;

/** What a person typed, as two full-text questions; empty when there is no word to look for. */
struct SearchQuestion {
    QString calls; ///< for call_search: names, businesses, numbers, notes, tags, summaries
    QString turns; ///< for turn_search: what was said
    bool isEmpty() const { return calls.isEmpty() && turns.isEmpty(); }
};
/** Words match as beginnings, "quoted phrases" whole; all must match. Digits also match as the beginning of a number or of its last four. */
SearchQuestion searchQuestion(const QString &typed);

/** All calls that match. A call matches by its own text or by one turn that has every word. */
Result<IdSet> searchCalls(Database &database, const SearchQuestion &question);
/** Up to `limit` matching calls, newest stored first: what the first screen shows while the rest is still being found. */
Result<std::vector<CallKey>> searchNewest(Database &database, const SearchQuestion &question, int limit);

/** Brings the index of the calls waiting in search_queue up to date, at most `limit` of them. Returns how many. Needs an open transaction. */
Result<int> indexQueuedCalls(Database &database, int limit);
/** Writes the index text of a call that has none yet. Needs an open transaction. */
Verdict indexNewCall(Database &database, const Call &call);
/** Writes the index text of one new or changed call now. Needs an open transaction. */
Verdict indexCall(Database &database, const Call &call);
/** From here on words that are taken out of the index do not stay readable in its pages. An SQLite before 3.42 cannot: nothing changes then. */
Verdict keepNoDeletedWords(Database &database);
/** Takes a call's text and turns out of the index and the file. Needs an open transaction. */
Verdict forgetWords(Database &database, CallKey call);
/** Stores and indexes what was said in a call that has no turns yet. Needs an open transaction. */
Verdict storeNewTurns(Database &database, CallKey call, const QList<ConversationTurn> &turns);
/** The newest transcript stands for the older one: providers send a draft first and the corrected text later. No turns change nothing. */
Verdict replaceTurns(Database &database, CallKey call, const QList<ConversationTurn> &turns);

} // namespace calldeck
