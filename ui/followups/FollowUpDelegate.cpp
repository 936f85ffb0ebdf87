#include "followups/FollowUpDelegate.h"

#include "followups/FollowUpModel.h"
#include "rules/Phone.h"
#include "theme/Controls.h"

namespace calldeck
{

namespace
{

constexpr int dueWidth = 190;
constexpr int ownerWidth = 130;

} // namespace

void FollowUpDelegate::paint(QPainter *painter, const QStyleOptionViewItem &option, const QModelIndex &index) const
{
    painter->save();
    const FollowUpTask *task = m_model.taskAt(index.row());
    const QRect row = option.rect;
    if (!task) {
        painter->setFont(m_theme.font(TypeRole::SmallStrong));
        painter->setPen(m_theme.color(Token::TextMuted));
        painter->drawText(row.adjusted(20, 8, -20, 0), Qt::AlignLeft | Qt::AlignVCenter, m_model.headingAt(index.row()));
        painter->restore();
        return;
    }
    const bool current = option.state & QStyle::State_Selected;
    if (current || (option.state & QStyle::State_MouseOver))
        painter->fillRect(row, m_theme.color(current ? Token::Selection : Token::Hover));
    if (current)
        painter->fillRect(QRect(row.left(), row.top(), 3, row.height()), m_theme.color(Token::SelectionBar));
    const bool late = m_model.isLate(*task);
    QRect rest = row.adjusted(20, 0, -20, 0);
    painter->drawPixmap(QPoint(rest.left(), rest.center().y() - 8), m_theme.pixmap(late ? QStringLiteral("clock-alert") : QStringLiteral("clock"), late ? Token::Overdue : Token::TextMuted, 16, painter->device()->devicePixelRatioF()));
    const auto text = [&](const QRect &box, TypeRole role, Token ink, const QString &words) {
        painter->setFont(m_theme.font(role));
        painter->setPen(m_theme.color(ink));
        painter->drawText(box, Qt::AlignLeft | Qt::AlignVCenter, painter->fontMetrics().elidedText(words, Qt::ElideRight, box.width()));
    };
    text(QRect(rest.left() + 26, rest.top(), dueWidth - 26, rest.height()), late ? TypeRole::BodyStrong : TypeRole::Body, late ? Token::Overdue : Token::Text, m_model.dueText(*task));
    rest.setLeft(rest.left() + dueWidth);
    const int half = rest.height() / 2;
    const int wide = rest.width() - ownerWidth;
    text(QRect(rest.left(), rest.top() + 3, wide, half), TypeRole::BodyStrong, Token::Text, m_model.whoText(*task));
    QStringList second{formatPhone(task->number, m_region), task->note};
    second.removeAll(QString());
    second.removeAll(m_model.whoText(*task));
    text(QRect(rest.left(), rest.top() + half - 3, wide, half), TypeRole::Small, Token::TextMuted, second.join(QStringLiteral(" · ")));
    text(QRect(rest.right() - ownerWidth + 12, rest.top(), ownerWidth - 12, rest.height()), TypeRole::Small, Token::TextMuted, task->owner);
    painter->setPen(m_theme.color(Token::Border));
    painter->drawLine(row.left() + 20, row.bottom(), row.right(), row.bottom());
    painter->restore();
}

QSize FollowUpDelegate::sizeHint(const QStyleOptionViewItem &, const QModelIndex &index) const { return {200, m_model.taskAt(index.row()) ? 52 : 40}; }

} // namespace calldeck
