#include "table/CallTableView.h"

#include "theme/Controls.h"

#include <QClipboard>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QMouseEvent>
#include <QPainter>
#include <QScrollBar>
#include <QTimer>

namespace calldeck
{

namespace
{

constexpr int rowsBeyond = 16;

} // namespace

CallTableView::CallTableView(CallTableModel &model, CallSelection &selection, Theme &theme, QWidget *parent)
    : QTableView(parent), m_model(model), m_selection(selection), m_theme(theme), m_actions(new calldeck::Panel(theme, Token::SurfaceRaised, viewport()))
{
    setModel(&model);
    setAccessibleName(QStringLiteral("Calls"));
    setSelectionMode(NoSelection);
    setEditTriggers(NoEditTriggers);
    setShowGrid(false);
    setWordWrap(false);
    setMouseTracking(true);
    setHorizontalScrollMode(ScrollPerPixel);
    setVerticalScrollMode(ScrollPerPixel);
    setTabKeyNavigation(false);
    viewport()->setAttribute(Qt::WA_OpaquePaintEvent); // paintGround() leaves nothing out
    verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    verticalHeader()->hide();
    horizontalHeader()->setSectionsMovable(true);
    horizontalHeader()->setHighlightSections(false);
    horizontalHeader()->setStretchLastSection(true);
    horizontalHeader()->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    horizontalHeader()->setMinimumSectionSize(36);
    horizontalHeader()->setFixedHeight(34);
    makeActions(theme);
    auto *ticker = new QTimer(this);
    connect(ticker, &QTimer::timeout, this, &CallTableView::tick);
    ticker->start(1000);
    connect(&selection, &CallSelection::changed, viewport(), qOverload<>(&QWidget::update));
    connect(&selection, &CallSelection::changed, this, [this] { m_selectAllSoon = m_selectAllSoon && !m_selection.isEmpty(); });
    connect(&model, &CallTableModel::orderChanged, this, [this] {
        if (m_selectAllSoon)
            selectAllCalls();
    });
    connect(&model, &CallTableModel::layoutChanged, this, [this] { wantVisible(0); });
    connect(&model, &CallTableModel::pageLoaded, viewport(), qOverload<>(&QWidget::update));
    connect(&theme, &Theme::changed, viewport(), qOverload<>(&QWidget::update));
}

void CallTableView::makeActions(Theme &theme)
{
    auto *row = new QHBoxLayout(m_actions);
    row->setContentsMargins(2, 0, 2, 0);
    row->setSpacing(0);
    const auto add = [&](const QString &icon, const QString &name, auto act) {
        Button *button = Button::iconOnly(theme, icon, name, m_actions);
        button->setFocusPolicy(Qt::NoFocus);
        button->setFixedSize(28, 26);
        row->addWidget(button);
        connect(button, &QPushButton::clicked, this, act);
    };
    add(QStringLiteral("eye"), QStringLiteral("View"), [this] { Q_EMIT opened(m_model.keyAt(m_actionRow)); });
    add(QStringLiteral("calendar-clock"), QStringLiteral("Follow-up"), [this] { Q_EMIT followUpAsked(m_model.keyAt(m_actionRow)); });
    add(QStringLiteral("copy"), QStringLiteral("Copy number"), [this] {
        if (const Call *call = m_model.callAt(m_actionRow))
            QGuiApplication::clipboard()->setText(call->customer_number.isEmpty() ? call->customer_number_raw : call->customer_number);
    });
    m_actions->hide();
}

void CallTableView::placeActions(int row)
{
    updateRow(m_actionRow);
    updateRow(row);
    m_actionRow = row;
    if (row < 0 || row >= m_model.rowCount()) {
        m_actions->hide();
        return;
    }
    m_actions->adjustSize();
    const int height = std::min(rowHeight(row) - 2, 28);
    m_actions->setGeometry(viewport()->width() - m_actions->width() - 6, rowViewportPosition(row) + (rowHeight(row) - height) / 2, m_actions->width(), height);
    m_actions->show();
}

void CallTableView::tick()
{
    // Only the visible part of the SLA column: a clock needs no more.
    const int section = 1;
    if (isVisible() && !isColumnHidden(section))
        viewport()->update(columnViewportPosition(section), 0, columnWidth(section), viewport()->height());
}

void CallTableView::selectAllCalls()
{
    // All means the whole result, which may still be on its way behind its first page.
    m_selectAllSoon = !m_model.isComplete();
    if (!m_selectAllSoon)
        m_selection.selectAll(m_model.order());
}

void CallTableView::extendTo(int row)
{
    if (m_anchorRow < 0)
        m_anchorRow = currentIndex().row();
    QList<CallKey> keys;
    for (int i = std::min(m_anchorRow, row); i <= std::max(m_anchorRow, row); ++i)
        keys.append(m_model.keyAt(i));
    m_selection.selectMany(keys);
}

void CallTableView::keyPressEvent(QKeyEvent *event)
{
    if (event->matches(QKeySequence::SelectAll)) {
        selectAllCalls();
        return;
    }
    static constexpr std::array moving{Qt::Key_Up, Qt::Key_Down, Qt::Key_Home, Qt::Key_End, Qt::Key_PageUp, Qt::Key_PageDown};
    if (std::find(moving.begin(), moving.end(), event->key()) != moving.end() && !m_mayLeave())
        return;
    switch (event->key()) {
    case Qt::Key_Return:
    case Qt::Key_Enter:
        if (event->modifiers() == Qt::NoModifier || event->modifiers() == Qt::KeypadModifier) {
            Q_EMIT opened(m_model.keyAt(currentIndex().row()));
            return;
        }
        break;
    case Qt::Key_Space: m_selection.toggle(m_model.keyAt(currentIndex().row())); return;
    case Qt::Key_Escape:
        if (!m_selection.isEmpty()) {
            m_selection.clear();
            return;
        }
        break;
    case Qt::Key_Up:
    case Qt::Key_Down:
        if (event->modifiers() & Qt::ShiftModifier) {
            const int row = std::clamp(currentIndex().row() + (event->key() == Qt::Key_Down ? 1 : -1), 0, std::max(0, m_model.rowCount() - 1));
            extendTo(row);
            setCurrentIndex(m_model.index(row, currentIndex().column()));
            return;
        }
        break;
    case Qt::Key_Home:
    case Qt::Key_End: {
        const int row = event->key() == Qt::Key_Home ? 0 : m_model.rowCount() - 1;
        setCurrentIndex(m_model.index(row, std::max(0, currentIndex().column())));
        return;
    }
    default: break;
    }
    // Letters and digits are commands of the window, never a search by typing.
    if (!event->text().isEmpty() && event->text().at(0).isPrint())
        event->ignore();
    else
        QTableView::keyPressEvent(event);
}

void CallTableView::mousePressEvent(QMouseEvent *event)
{
    const QModelIndex index = indexAt(event->pos());
    if (!index.isValid() || event->button() != Qt::LeftButton) {
        QTableView::mousePressEvent(event);
        return;
    }
    if (index.row() != currentIndex().row() && !m_mayLeave())
        return;
    if (event->modifiers() & Qt::ShiftModifier) {
        extendTo(index.row());
    } else {
        m_anchorRow = index.row();
        if (event->modifiers() & Qt::ControlModifier)
            m_selection.toggle(m_model.keyAt(index.row()));
        else
            m_selection.clear();
    }
    setCurrentIndex(index);
    setFocus();
}

void CallTableView::mouseMoveEvent(QMouseEvent *event)
{
    placeActions(indexAt(event->pos()).row());
    QTableView::mouseMoveEvent(event);
}

void CallTableView::leaveEvent(QEvent *event)
{
    placeActions(-1);
    QTableView::leaveEvent(event);
}

void CallTableView::currentChanged(const QModelIndex &current, const QModelIndex &previous)
{
    QTableView::currentChanged(current, previous);
    viewport()->update();
}

void CallTableView::scrollContentsBy(int dx, int dy)
{
    placeActions(-1);
    QTableView::scrollContentsBy(dx, dy);
    // Whoever scrolls goes on in that direction; after a jump nothing but what is seen is waited for.
    const bool jump = std::abs(dy) >= viewport()->height();
    wantVisible(jump || dy == 0 ? 0 : dy < 0 ? rowsBeyond : -rowsBeyond);
}

void CallTableView::wantVisible(int beyond) const
{
    // Before the paint asks for them.
    const int first = rowAt(0);
    const int seen = rowAt(viewport()->height() - 1);
    const int last = seen < 0 ? m_model.rowCount() - 1 : seen;
    if (first < 0)
        return;
    m_model.wantRows(first, last);
    if (beyond > 0)
        m_model.wantRows(last, std::min(last + beyond, m_model.rowCount() - 1));
    else if (beyond < 0)
        m_model.wantRows(first + beyond, first);
}

void CallTableView::updateRow(int row)
{
    if (row >= 0 && row < m_model.rowCount())
        viewport()->update(0, rowViewportPosition(row), viewport()->width(), rowHeight(row));
}

void CallTableView::paintGround(const QRect &dirty)
{
    QPainter painter(viewport());
    painter.setClipRect(dirty);
    const int first = rowAt(dirty.top());
    int below = 0;
    for (int row = std::max(0, first); first >= 0 && row < m_model.rowCount() && rowViewportPosition(row) <= dirty.bottom(); ++row) {
        paintRow(painter, row);
        below = rowViewportPosition(row) + rowHeight(row);
    }
    if (below <= dirty.bottom())
        painter.fillRect(QRect(dirty.left(), below, dirty.width(), dirty.bottom() - below + 1), m_theme.color(Token::Surface));
}

void CallTableView::paintRow(QPainter &painter, int row) const
{
    const QRect area(0, rowViewportPosition(row), viewport()->width(), rowHeight(row));
    const bool current = row == currentIndex().row();
    const bool chosen = current || m_selection.contains(m_model.keyAt(row));
    painter.fillRect(area, m_theme.color(chosen ? Token::Selection : row == m_actionRow ? Token::Hover : Token::Surface));
    painter.fillRect(area.left(), area.bottom(), area.width(), 1, m_theme.color(Token::Border));
    if (!current || !hasFocus())
        return;
    painter.fillRect(area.left(), area.top(), area.width(), 2, m_theme.color(Token::FocusRing));
    painter.fillRect(area.left(), area.bottom() - 1, area.width(), 2, m_theme.color(Token::FocusRing));
}

void CallTableView::paintEvent(QPaintEvent *event)
{
    paintGround(event->rect());
    QTableView::paintEvent(event);
    if (m_model.rowCount() > 0 && m_model.callAt(std::max(0, rowAt(0))))
        Q_EMIT painted();
}

} // namespace calldeck
