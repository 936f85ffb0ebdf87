#pragma once

#include "rules/CallFilter.h"
#include "database/Database.h"
#include "store/IdSet.h"

#include <QHash>
#include <functional>
#include <limits>
#include <vector>

namespace calldeck
{

/** The values of one text column, numbered in order of appearance. */
class Dictionary
{
public:
    quint16 idOf(QByteArrayView word);
    const QString &word(size_t id) const { return m_words[id]; }
    size_t size() const { return m_words.size(); }
    /** Rank of each id in alphabetical order, letter case ignored, "" last. */
    std::vector<quint32> ranks() const;
    /** Which ids are among `words`, letter case ignored. */
    std::vector<bool> matching(const QStringList &words) const;

private:
    QHash<QByteArray, quint16> m_ids;
    QList<QString> m_words;
};

/**
 * What the table filters and sorts by, for every call, in memory: 72 bytes a call. Sorting and filtering a million calls takes
 * milliseconds this way, where SQLite without a matching index takes seconds. Confined to one thread, no I/O but load() and
 * refresh(); the file stays the truth and the index is read again at each start.
 */
class CallIndex
{
public:
    Verdict load(Database &database);
    /** Reads these calls again: changed, new or gone. */
    Verdict refresh(Database &database, const QList<CallKey> &keys);
    qint64 size() const { return static_cast<qint64>(m_byStart.size()); }
    bool isLoaded() const { return m_loaded; }
    static constexpr quint32 unknownRank = 0xffffffffU; ///< sorts last in both directions

    struct Request {
        const CallFilter &filter;
        SortOrder sort;
        TimeMs now = 0;
        const IdSet *found = nullptr;                   ///< search hits, if text was asked for
        const IdSet *tagged = nullptr;                  ///< calls with one of the filter's tags
        const std::vector<quint32> *textRanks = nullptr; ///< by call key: place in a text column, for Caller and Number; equal texts share it
        std::function<bool()> cancelled;
    };
    /** Keys in order, or nothing when cancelled. Ties go newest first. */
    std::optional<std::vector<CallKey>> select(const Request &request) const;

private:
    static constexpr quint8 noWord = 31;
    static constexpr quint8 noNumber = 255;
    static constexpr TimeMs noClock = std::numeric_limits<TimeMs>::max();
    struct Row {
        TimeMs started = 0;
        TimeMs slaDue = noClock;
        TimeMs slaWarning = noClock;
        TimeMs slaCritical = noClock;
        qint64 value = -1;
        quint32 key = 0;
        qint32 duration = -1;
        qint32 wait = -1;
        quint16 agent = 0;
        quint16 queue = 0;
        quint16 flags = 0;
        quint16 disposition = 0;
        quint8 status = noWord;
        quint8 type = noWord;
        quint8 outcome = noWord;
        quint8 priority = noNumber;
        quint8 leadScore = noNumber;
        qint8 sentiment = -128;
    };
    class Predicate;

    Row readRow(const Statement &row);
    void place(const Row &row);
    void remove(CallKey key);
    void insertByStart(quint32 slot);
    void eraseByStart(quint32 slot);
    /** Of a key, + 1; 0 when absent. */
    quint32 &slotOf(quint32 key);
    static bool startsBefore(const Row &a, const Row &b);
    std::vector<quint32> matchingSlots(const Request &request, bool *cancelled) const;
    void sortByDeadline(std::vector<quint32> &slots, SortOrder sort) const;
    std::vector<CallKey> sorted(std::vector<quint32> slots, const Request &request) const;
    template <class Rank> std::vector<CallKey> ranked(const std::vector<quint32> &slots, bool descending, Rank rankOf) const;
    std::vector<CallKey> keysOf(const std::vector<quint32> &slots) const;

    std::vector<Row> m_rows;
    std::vector<quint32> m_slotOfKey; ///< key -> slot + 1, 0 when absent
    std::vector<quint32> m_byStart;   ///< slots, oldest first
    Dictionary m_agents;
    Dictionary m_queues;
    Dictionary m_dispositions;
    bool m_loaded = false;
};

} // namespace calldeck
