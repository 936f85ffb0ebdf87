#include "table/CallTableModel.h"

#include "desk/Answer.h"

#include <algorithm>

namespace calldeck
{

namespace
{

constexpr int pageRows = 16; ///< small: what is painted next waits for little that is not seen
constexpr int rowsKept = 4096;
constexpr int firstPageRows = 200;
constexpr int reloadDelayMs = 80;

} // namespace

CallTableModel::CallTableModel(DeskService &desk, QObject *parent) : QAbstractTableModel(parent), m_desk(desk), m_zone(desk.workspace().zone), m_rows(rowsKept)
{
    m_reloadTimer.setSingleShot(true);
    m_reloadTimer.setInterval(reloadDelayMs);
    connect(&m_reloadTimer, &QTimer::timeout, this, &CallTableModel::reload);
    connect(&desk, &DeskService::changed, this, &CallTableModel::onChanged);
}

void CallTableModel::setQuery(const CallQuery &query)
{
    m_query = query;
    m_complete = false;
    m_answered = false;
    // One after the other: what is seen first has both cores to itself, and a key typed meanwhile asks for no order that nobody sees.
    onAnswer(m_desk.firstPage(query, firstPageRows), this, [this, generation = ++m_generation](const Result<CallOrder> &page) {
        if (generation != m_generation)
            return;
        if (page && page->keys && !m_complete) {
            for (const Call &call : page->rows)
                m_rows.insert(call.key, new Call(call));
            takeOrder(*page, false);
        }
        askForOrder(false);
    });
}

void CallTableModel::askForOrder(bool sameQuery)
{
    onAnswer(m_desk.order(m_query), this, [this, sameQuery, generation = m_generation](const Result<CallOrder> &order) {
        if (generation != m_generation)
            return;
        if (order)
            takeOrder(*order, sameQuery);
        else if (order.error().code != Error::Code::Cancelled && !m_answered)
            failOrder(order.error());
        else if (order.error().code != Error::Code::Cancelled)
            Q_EMIT failed(order.error());
    });
}

void CallTableModel::failOrder(const Error &error)
{
    // The keys of the query before are not this one's.
    beginResetModel();
    m_keys = std::make_shared<std::vector<CallKey>>();
    endResetModel();
    Q_EMIT orderFailed(error);
}

void CallTableModel::reload() { askForOrder(true); }

void CallTableModel::takeOrder(const CallOrder &order, bool sameQuery)
{
    // Persistent indexes are carried over by key, so that current row and scroll place survive a row that comes or goes.
    const auto keep = m_keys;
    Q_EMIT layoutAboutToBeChanged();
    QList<std::pair<QModelIndex, CallKey>> held;
    for (const QModelIndex &index : persistentIndexList())
        held.append({index, static_cast<size_t>(index.row()) < keep->size() ? (*keep)[static_cast<size_t>(index.row())] : 0});
    m_keys = order.keys;
    m_complete = order.complete;
    m_requested.clear();
    QHash<CallKey, int> rows; // the cells of a selected row share its key
    for (const auto &[index, key] : std::as_const(held)) {
        if (!rows.contains(key))
            rows.insert(key, key ? rowOf(key) : -1);
        const int row = rows.value(key);
        changePersistentIndex(index, row < 0 ? QModelIndex() : createIndex(row, index.column()));
    }
    Q_EMIT layoutChanged();
    // A reload may overtake the first answer, which it then stands for.
    Q_EMIT orderChanged(std::exchange(m_answered, true) && sameQuery);
}

CallKey CallTableModel::keyAt(int row) const { return row >= 0 && static_cast<size_t>(row) < m_keys->size() ? (*m_keys)[static_cast<size_t>(row)] : 0; }

int CallTableModel::rowOf(CallKey key) const
{
    const auto found = std::find(m_keys->cbegin(), m_keys->cend(), key);
    return found == m_keys->cend() ? -1 : static_cast<int>(found - m_keys->cbegin());
}

const Call *CallTableModel::callAt(int row) const
{
    const CallKey key = keyAt(row);
    if (!key)
        return nullptr;
    if (const Call *call = m_rows.object(key))
        return call;
    requestPage(row / pageRows);
    return nullptr;
}

void CallTableModel::wantRows(int first, int last) const
{
    for (int row = std::max(0, first); row <= last; row += row < last ? std::min(pageRows, last - row) : 1)
        (void)callAt(row);
}

void CallTableModel::requestPage(int page) const
{
    if (m_requested.contains(page))
        return;
    m_requested.insert(page);
    QList<CallKey> keys;
    const int end = std::min((page + 1) * pageRows, rowCount());
    for (int row = page * pageRows; row < end; ++row)
        keys.append(keyAt(row));
    auto *self = const_cast<CallTableModel *>(this);
    onAnswer(m_desk.rows(keys), self, [self, page](const Result<QList<Call>> &calls) {
        // A page that could not be read is asked for again with the next order, not with the next paint.
        if (!calls) {
            Q_EMIT self->failed(calls.error());
            return;
        }
        self->m_requested.remove(page);
        self->takeRows(*calls);
    });
}

void CallTableModel::takeRows(const QList<Call> &calls)
{
    for (const Call &call : calls)
        m_rows.insert(call.key, new Call(call));
    Q_EMIT pageLoaded();
}

void CallTableModel::onChanged(const ChangeSet &changes)
{
    if (changes.everything) {
        m_rows.clear();
        m_reloadTimer.start();
        return;
    }
    QList<CallKey> known;
    for (CallKey key : changes.changed) {
        if (m_rows.contains(key))
            known.append(key);
    }
    // The old row stays on the screen until the new one is there.
    if (!known.isEmpty()) {
        onAnswer(m_desk.rows(known), this, [this](const Result<QList<Call>> &calls) {
            if (calls)
                takeRows(*calls);
        });
    }
    if (!m_reloadTimer.isActive())
        m_reloadTimer.start();
}

CellContext CallTableModel::context() const { return {m_desk.workspace(), m_zone, m_desk.now()}; }

QString CallTableModel::textAt(const Call &call, int section) const { return cellText(call, column(section), context()); }

int CallTableModel::rowCount(const QModelIndex &parent) const { return parent.isValid() ? 0 : static_cast<int>(m_keys->size()); }
int CallTableModel::columnCount(const QModelIndex &parent) const { return parent.isValid() ? 0 : static_cast<int>(callColumns().size()); }

QVariant CallTableModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid))
        return {};
    const Call *call = role == Qt::DisplayRole || role == Qt::AccessibleTextRole || role == Qt::ToolTipRole ? callAt(index.row()) : nullptr;
    if (!call)
        return {};
    const QString text = textAt(*call, index.column());
    if (role == Qt::AccessibleTextRole)
        return QString(column(index.column()).title + QStringLiteral(": ") + (text.isEmpty() ? QStringLiteral("none") : text));
    return text;
}

QVariant CallTableModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation == Qt::Vertical || section < 0 || section >= columnCount())
        return {};
    if (role == Qt::TextAlignmentRole)
        return QVariant::fromValue((column(section).right ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
    return role == Qt::DisplayRole ? column(section).title : QVariant();
}

} // namespace calldeck
