#pragma once

#include "table/CallSelection.h"
#include "table/CallTableModel.h"
#include "theme/TextPainter.h"

#include <QStyledItemDelegate>

namespace calldeck
{

struct PillLook {
    Token ink;
    Token ground;
};

/**
 * Paints the cells, on the ground that the view has painted for the whole row. Without style sheets, variants or allocation beyond
 * its texts: a screen of cells in a few milliseconds.
 */
class CallDelegate : public QStyledItemDelegate
{
    Q_OBJECT
public:
    CallDelegate(const Theme &theme, const DeskService &desk, const CallTableModel &model, QObject *parent);

    void setDensity(Density density) { m_density = density; }
    void paint(QPainter *painter, const QStyleOptionViewItem &option, const QModelIndex &index) const override;

private:
    void paintMarks(QPainter *painter, const QRect &area, const Call &call) const;
    void paintSla(QPainter *painter, const QRect &area, const Call &call) const;
    void paintCaller(QPainter *painter, const QRect &area, const Call &call) const;
    void paintType(QPainter *painter, const QRect &area, const Call &call) const;
    void paintStatus(QPainter *painter, const QRect &area, const Call &call, const QString &text) const;
    void paintOutcome(QPainter *painter, const QRect &area, const Call &call, const QString &text) const;
    void paintTags(QPainter *painter, QRect area, const Call &call) const;
    void paintText(QPainter *painter, const QRect &area, const QString &text, TypeRole role, Token ink, bool right = false) const;
    /** Returns the width it took. */
    int paintPill(QPainter *painter, const QRect &area, const QString &text, PillLook look) const;
    void icon(QPainter *painter, const QRect &area, int x, const QString &name, Token ink) const;

    const Theme &m_theme;
    const DeskService &m_desk;
    const CallTableModel &m_model;
    mutable TextPainter m_texts;
    Density m_density = Density::Comfortable;
};

struct SlaLook {
    QString icon;
    Token ink;
    Token ground;
};
/** Icon and colours of an SLA state, the same in table and drawer. */
SlaLook lookOf(SlaState state);
PillLook lookOf(Outcome outcome);
PillLook lookOf(CallStatus status);
QString directionIcon(const Call &call);

} // namespace calldeck
