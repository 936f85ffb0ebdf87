#pragma once

#include "desk/DeskService.h"
#include "table/CallColumns.h"

#include <QAbstractTableModel>
#include <QCache>
#include <QSet>
#include <QTimer>

namespace calldeck
{

/**
 * The calls of one query as a table: an order of keys and a window of rows fetched in pages, evicted when they are many.
 * Never waits: a row that is not there yet reads as empty and is repainted when it comes. GUI thread.
 */
class CallTableModel : public QAbstractTableModel
{
    Q_OBJECT
public:
    explicit CallTableModel(DeskService &desk, QObject *parent = nullptr);

    void setQuery(const CallQuery &query);
    const CallQuery &query() const { return m_query; }
    /** Asks for the order again; rows that are known stay known. */
    void reload();

    CallKey keyAt(int row) const;
    /** All keys that are known, in order. */
    const std::vector<CallKey> &order() const { return *m_keys; }
    /** The row of a key, -1 when it is not in the order. */
    int rowOf(CallKey key) const;
    const Call *callAt(int row) const;
    /** Asks for rows that are about to be painted, if they are not there. */
    void wantRows(int first, int last) const;
    bool isComplete() const { return m_complete; }
    const CallColumn &column(int section) const { return callColumns()[section]; }
    QString textAt(const Call &call, int section) const;

    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

Q_SIGNALS:
    /** The keys changed: another query, or calls came and went. `sameQuery` when the place should be kept. */
    void orderChanged(bool sameQuery);
    /** Which calls the query wants is not known. */
    void orderFailed(const calldeck::Error &error);
    void pageLoaded();
    void failed(const calldeck::Error &error);

private:
    void askForOrder(bool sameQuery);
    void failOrder(const Error &error);
    void takeOrder(const CallOrder &order, bool sameQuery);
    void requestPage(int page) const;
    void takeRows(const QList<Call> &calls);
    void onChanged(const ChangeSet &changes);
    CellContext context() const;

    DeskService &m_desk;
    QTimeZone m_zone;
    CallQuery m_query;
    quint64 m_generation = 0;
    std::shared_ptr<const std::vector<CallKey>> m_keys = std::make_shared<std::vector<CallKey>>();
    bool m_complete = false;
    bool m_answered = false; ///< an order of this query came, whole or its first page
    QTimer m_reloadTimer;
    mutable QCache<CallKey, Call> m_rows;
    mutable QSet<int> m_requested;
};

} // namespace calldeck
