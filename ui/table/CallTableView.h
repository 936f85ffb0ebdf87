#pragma once

#include "table/CallSelection.h"
#include "table/CallTableModel.h"
#include "theme/Theme.h"

#include <QTableView>
#include <functional>

namespace calldeck
{

class Button;

/** The scrolling part: keys, clicks and the row actions. Selection is ours, Qt's is switched off. */
class CallTableView : public QTableView
{
    Q_OBJECT
public:
    CallTableView(CallTableModel &model, CallSelection &selection, Theme &theme, QWidget *parent);

    /** Asked before another row becomes current by mouse or key; false keeps the person where they are. */
    void setGate(std::function<bool()> mayLeave) { m_mayLeave = std::move(mayLeave); }

Q_SIGNALS:
    void opened(calldeck::CallKey key);
    void followUpAsked(calldeck::CallKey key);
    void painted();

protected:
    void keyPressEvent(QKeyEvent *event) override;
    void mousePressEvent(QMouseEvent *event) override;
    void mouseMoveEvent(QMouseEvent *event) override;
    void leaveEvent(QEvent *event) override;
    void paintEvent(QPaintEvent *event) override;
    void currentChanged(const QModelIndex &current, const QModelIndex &previous) override;
    void scrollContentsBy(int dx, int dy) override;

private:
    void makeActions(Theme &theme);
    void placeActions(int row);
    void paintGround(const QRect &dirty);
    void paintRow(QPainter &painter, int row) const;
    void updateRow(int row);
    void selectAllCalls();
    void extendTo(int row);
    /** Asks for the rows in sight, and for `beyond` more below, or above when negative. */
    void wantVisible(int beyond) const;
    void tick();

    CallTableModel &m_model;
    CallSelection &m_selection;
    const Theme &m_theme;
    std::function<bool()> m_mayLeave = [] { return true; };
    QWidget *m_actions;
    bool m_selectAllSoon = false; ///< asked for before all calls of the result were known
    int m_actionRow = -1;
    int m_anchorRow = -1;
};

} // namespace calldeck
