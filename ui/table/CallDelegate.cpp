#include "table/CallDelegate.h"

#include "rules/CallerText.h"

#include <QPainter>

namespace calldeck
{

namespace
{

constexpr int cellPad = 10;

} // namespace

SlaLook lookOf(SlaState state)
{
    switch (state) {
    case SlaState::OVERDUE: return {QStringLiteral("alert"), Token::Overdue, Token::OverdueSoft};
    case SlaState::CRITICAL: return {QStringLiteral("clock-alert"), Token::Critical, Token::CriticalSoft};
    case SlaState::WARNING: return {QStringLiteral("clock"), Token::Warning, Token::WarningSoft};
    case SlaState::OK: return {QStringLiteral("clock"), Token::Ok, Token::OkSoft};
    case SlaState::NONE: return {QStringLiteral("check"), Token::TextFaint, Token::NeutralSoft};
    }
    Q_UNREACHABLE();
}

PillLook lookOf(Outcome outcome)
{
    switch (outcome) {
    case Outcome::BOOKED: return {Token::Ok, Token::OkSoft};
    case Outcome::INFORMATION:
    case Outcome::TRANSFERRED: return {Token::Info, Token::InfoSoft};
    case Outcome::INSURANCE_INQUIRY:
    case Outcome::PAYMENT_PLAN: return {Token::Violet, Token::VioletSoft};
    case Outcome::VOICEMAIL:
    case Outcome::NO_ANSWER:
    case Outcome::BUSY: return {Token::Warning, Token::WarningSoft};
    case Outcome::FAILED: return {Token::Overdue, Token::OverdueSoft};
    case Outcome::OTHER: return {Token::Neutral, Token::NeutralSoft};
    }
    Q_UNREACHABLE();
}

PillLook lookOf(CallStatus status)
{
    switch (status) {
    case CallStatus::MISSED:
    case CallStatus::FAILED: return {Token::Overdue, Token::OverdueSoft};
    case CallStatus::VOICEMAIL: return {Token::Warning, Token::WarningSoft};
    case CallStatus::IN_PROGRESS: return {Token::Ok, Token::OkSoft};
    default: return {Token::Neutral, Token::NeutralSoft};
    }
}

QString directionIcon(const Call &call)
{
    if (call.status == CallStatus::VOICEMAIL)
        return QStringLiteral("voicemail");
    if (call.status == CallStatus::MISSED)
        return QStringLiteral("phone-missed");
    return call.call_type && isOutbound(*call.call_type) ? QStringLiteral("phone-out") : QStringLiteral("phone-in");
}

CallDelegate::CallDelegate(const Theme &theme, const DeskService &desk, const CallTableModel &model, QObject *parent)
    : QStyledItemDelegate(parent), m_theme(theme), m_desk(desk), m_model(model), m_texts(theme)
{
}

void CallDelegate::paint(QPainter *painter, const QStyleOptionViewItem &option, const QModelIndex &index) const
{
    const Call *call = m_model.callAt(index.row());
    const CallColumn &column = m_model.column(index.column());
    const QRect area = option.rect.adjusted(cellPad, 0, -cellPad, -1);
    if (!call) {
        painter->fillRect(QRect(area.left(), area.center().y() - 4, std::min(area.width(), 60), 8), m_theme.color(Token::NeutralSoft));
        return;
    }
    switch (column.kind) {
    case CellKind::Indicators: paintMarks(painter, option.rect, *call); break;
    case CellKind::Sla: paintSla(painter, area, *call); break;
    case CellKind::Caller: paintCaller(painter, area, *call); break;
    case CellKind::Type: paintType(painter, area, *call); break;
    case CellKind::Status: paintStatus(painter, area, *call, m_model.textAt(*call, index.column())); break;
    case CellKind::Outcome: paintOutcome(painter, area, *call, m_model.textAt(*call, index.column())); break;
    case CellKind::Tags: paintTags(painter, area, *call); break;
    case CellKind::Number:
    case CellKind::Plain: paintText(painter, area, m_model.textAt(*call, index.column()), TypeRole::Body, Token::TextMuted, column.right); break;
    }
}

void CallDelegate::icon(QPainter *painter, const QRect &area, int x, const QString &name, Token ink) const
{
    painter->drawPixmap(QPoint(x, area.center().y() - 7), m_theme.pixmap(name, ink, 16, painter->device()->devicePixelRatioF()));
}

void CallDelegate::paintText(QPainter *painter, const QRect &area, const QString &text, TypeRole role, Token ink, bool right) const
{
    m_texts.draw(*painter, area, text, role, ink, right);
}

int CallDelegate::paintPill(QPainter *painter, const QRect &area, const QString &text, PillLook look) const
{
    const int words = m_texts.width(text, TypeRole::SmallStrong, area.width() - 14);
    const QRect box(area.left(), area.center().y() - 10, words + 14, 21);
    painter->setRenderHint(QPainter::Antialiasing);
    painter->setPen(Qt::NoPen);
    painter->setBrush(m_theme.color(look.ground));
    painter->drawRoundedRect(box, 5, 5);
    m_texts.draw(*painter, QRect(box.left() + 7, box.top(), area.width() - 14, box.height()), text, TypeRole::SmallStrong, look.ink);
    return box.width();
}

void CallDelegate::paintMarks(QPainter *painter, const QRect &area, const Call &call) const
{
    struct Mark {
        bool on;
        const char *icon;
        Token ink;
    };
    const Mark marks[] = {{call.emergency, "siren", Token::Overdue}, {call.do_not_contact, "ban", Token::Overdue}, {call.spam, "shield", Token::Neutral},
                          {call.after_hours, "moon-star", Token::Violet}};
    if (call.emergency)
        painter->fillRect(QRect(area.left(), area.top(), 3, area.height() - 1), m_theme.color(Token::Overdue));
    int x = area.left() + 7;
    int shown = 0;
    for (const Mark &mark : marks) {
        if (!mark.on || shown == 2)
            continue;
        icon(painter, area, x, QLatin1String(mark.icon), mark.ink);
        x += 18;
        ++shown;
    }
}

void CallDelegate::paintSla(QPainter *painter, const QRect &area, const Call &call) const
{
    const auto clock = slaClockOf(call);
    if (!clock) {
        if (call.sla_met_at)
            paintText(painter, area, QStringLiteral("Done"), TypeRole::Body, Token::TextFaint);
        return;
    }
    const TimeMs now = m_desk.now();
    const SlaLook look = lookOf(slaState(*clock, now));
    icon(painter, area, area.left(), look.icon, look.ink);
    paintText(painter, area.adjusted(22, 0, 0, 0), slaRemainingText(*clock, now), TypeRole::Digits, look.ink);
}

void CallDelegate::paintCaller(QPainter *painter, const QRect &area, const Call &call) const
{
    const QString name = callerText(call, m_desk.workspace().region);
    const QString second = !call.business_name.isEmpty() && call.business_name != name ? call.business_name : call.call_purpose;
    if (m_density == Density::Compact || second.isEmpty()) {
        paintText(painter, area, name, TypeRole::BodyStrong, Token::Text);
        return;
    }
    paintText(painter, QRect(area.left(), area.top() + 4, area.width(), 18), name, TypeRole::BodyStrong, Token::Text);
    paintText(painter, QRect(area.left(), area.top() + 22, area.width(), 16), second, TypeRole::Small, Token::TextMuted);
}

void CallDelegate::paintType(QPainter *painter, const QRect &area, const Call &call) const
{
    const bool bad = call.status == CallStatus::MISSED;
    icon(painter, area, area.left(), directionIcon(call), bad ? Token::Overdue : call.status == CallStatus::VOICEMAIL ? Token::Warning : Token::TextMuted);
}

void CallDelegate::paintStatus(QPainter *painter, const QRect &area, const Call &call, const QString &text) const
{
    if (!call.status || call.status == CallStatus::COMPLETED) {
        paintText(painter, area, text, TypeRole::Body, Token::TextMuted);
        return;
    }
    const PillLook look = lookOf(*call.status);
    paintPill(painter, area, text, look);
}

void CallDelegate::paintOutcome(QPainter *painter, const QRect &area, const Call &call, const QString &text) const
{
    if (call.outcome) {
        const PillLook look = lookOf(*call.outcome);
        paintPill(painter, area, text, look);
        return;
    }
    if (text.isEmpty())
        return;
    const int width = m_texts.width(text, TypeRole::Small, area.width() - 16) + 16;
    painter->setPen(QPen(m_theme.color(Token::TextFaint), 1, Qt::DashLine));
    painter->setBrush(Qt::NoBrush);
    painter->drawRoundedRect(QRectF(area.left() + 0.5, area.center().y() - 9.5, width, 20), 5, 5);
    paintText(painter, QRect(area.left() + 8, area.top(), area.width() - 16, area.height()), text, TypeRole::Small, Token::TextMuted);
}

void CallDelegate::paintTags(QPainter *painter, QRect area, const Call &call) const
{
    for (const QString &tag : call.tags) {
        if (area.width() < 24)
            return;
        area.setLeft(area.left() + paintPill(painter, area, tag, {Token::Neutral, Token::NeutralSoft}) + 5);
    }
}

} // namespace calldeck
