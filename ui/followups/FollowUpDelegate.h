#pragma once

#include "theme/Theme.h"

#include <QStyledItemDelegate>

namespace calldeck
{

class FollowUpModel;

/** One follow-up a row: when, who, why, by whom; headings between. */
class FollowUpDelegate : public QStyledItemDelegate
{
    Q_OBJECT
public:
    FollowUpDelegate(const Theme &theme, const FollowUpModel &model, QString region, QObject *parent)
        : QStyledItemDelegate(parent), m_theme(theme), m_model(model), m_region(std::move(region))
    {
    }
    void paint(QPainter *painter, const QStyleOptionViewItem &option, const QModelIndex &index) const override;
    QSize sizeHint(const QStyleOptionViewItem &option, const QModelIndex &index) const override;

private:
    const Theme &m_theme;
    const FollowUpModel &m_model;
    QString m_region;
};

} // namespace calldeck
