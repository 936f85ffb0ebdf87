#include "table/CallColumns.h"

#include "rules/CallerText.h"
#include "rules/Phone.h"

#include <QDateTime>
#include <QLocale>

namespace calldeck
{

using namespace Qt::StringLiterals;

namespace
{

CallColumn make(const QString &id, const QString &title, int width, CellKind kind, std::optional<CallField> field, std::optional<SortColumn> sort)
{
    CallColumn column;
    column.id = id;
    column.title = title;
    column.width = width;
    column.kind = kind;
    column.field = field;
    column.sort = sort;
    column.shown = true;
    column.right = field && (infoOf(*field).kind == FieldKind::Seconds || infoOf(*field).kind == FieldKind::Cents);
    return column;
}

QList<CallColumn> designedColumns()
{
    static const QStringList inTriage{u"indicators"_s, u"sla"_s, u"caller"_s, u"call_type"_s, u"started_at"_s, u"queue"_s};
    using F = CallField;
    using S = SortColumn;
    const auto plain = [](const char *title, int width, F field, std::optional<S> sort) {
        return make(QLatin1String(infoOf(field).name), QLatin1String(title), width, CellKind::Plain, field, sort);
    };
    QList<CallColumn> columns{make(QStringLiteral("indicators"), QStringLiteral("Marks"), 60, CellKind::Indicators, {}, {}),
                              make(QStringLiteral("sla"), QStringLiteral("SLA"), 126, CellKind::Sla, {}, S::Sla),
                              make(QStringLiteral("caller"), QStringLiteral("Caller"), 190, CellKind::Caller, {}, S::Caller),
                              make(QStringLiteral("number"), QStringLiteral("Number"), 128, CellKind::Number, F::customer_number, S::Number),
                              make(QStringLiteral("call_type"), QStringLiteral("Type"), 54, CellKind::Type, F::call_type, S::Type),
                              make(QStringLiteral("status"), QStringLiteral("Status"), 112, CellKind::Status, F::status, S::Status),
                              make(QStringLiteral("outcome"), QStringLiteral("Outcome"), 180, CellKind::Outcome, F::outcome, S::Outcome),
                              plain("Agent", 110, F::agent_name, S::Agent),
                              plain("Queue", 86, F::queue, S::Queue),
                              plain("Priority", 74, F::priority, S::Priority),
                              plain("Started", 104, F::started_at, S::Started),
                              plain("Duration", 84, F::duration_seconds, S::Duration),
                              plain("Value", 78, F::value_cents, S::Value),
                              plain("Lead score", 92, F::lead_score, S::LeadScore),
                              make(QStringLiteral("tags"), QStringLiteral("Tags"), 150, CellKind::Tags, {}, {}),
                              plain("Summary", 320, F::transcript_summary, {})};
    columns[9].right = columns[13].right = true;
    for (CallColumn &column : columns)
        column.shown_in_triage = inTriage.contains(column.id);
    return columns;
}

QList<CallColumn> allColumns()
{
    QList<CallColumn> columns = designedColumns();
    for (size_t i = 0; i < callFields().size(); ++i) {
        const auto field = static_cast<CallField>(i);
        const bool present = std::any_of(columns.cbegin(), columns.cend(), [field](const CallColumn &column) { return column.field == field; });
        if (present)
            continue;
        CallColumn column = make(QLatin1String(infoOf(field).name), QLatin1String(infoOf(field).label), 120, CellKind::Plain, field, {});
        column.shown = false;
        if (field == CallField::queue_seconds)
            column.sort = SortColumn::Wait;
        if (field == CallField::sentiment_score)
            column.sort = SortColumn::Sentiment;
        columns.append(column);
    }
    return columns;
}

QString slaText(const Call &call, TimeMs now)
{
    const auto clock = slaClockOf(call);
    if (!clock)
        return call.sla_met_at ? QStringLiteral("Done") : QString();
    return QString(labelOf(slaState(*clock, now)) + u' ' + slaRemainingText(*clock, now));
}

QString marksText(const Call &call)
{
    QStringList marks;
    if (call.emergency)
        marks.append(QStringLiteral("Emergency"));
    if (call.do_not_contact)
        marks.append(QStringLiteral("Do not contact"));
    if (call.after_hours)
        marks.append(QStringLiteral("After hours"));
    if (call.spam)
        marks.append(QStringLiteral("Spam"));
    return marks.join(QStringLiteral(", "));
}

QString outcomeText(const Call &call, const Workspace &workspace)
{
    if (!call.outcome)
        return call.in_triage ? (call.outcome_owed_reason.isEmpty() ? QStringLiteral("Needs outcome") : QStringLiteral("Outcome owed")) : QString();
    const DispositionRule *rule = dispositionNamed(workspace.dispositions, call.disposition);
    return rule ? rule->label : labelOf(*call.outcome);
}

} // namespace

const QList<CallColumn> &callColumns()
{
    static const QList<CallColumn> columns = allColumns();
    return columns;
}

QString durationText(qint64 seconds)
{
    if (seconds < 3600)
        return QStringLiteral("%1:%2").arg(seconds / 60).arg(seconds % 60, 2, 10, QLatin1Char('0'));
    return QStringLiteral("%1:%2:%3").arg(seconds / 3600).arg(seconds % 3600 / 60, 2, 10, QLatin1Char('0')).arg(seconds % 60, 2, 10, QLatin1Char('0'));
}

QString moneyText(qint64 cents)
{
    const QLocale locale = QLocale::c();
    const QString whole = QLocale(QLocale::English, QLocale::UnitedStates).toString(cents / 100);
    return cents % 100 == 0 ? QString(u'$' + whole) : QString(u'$' + whole + u'.' + QStringLiteral("%1").arg(cents % 100, 2, 10, QLatin1Char('0')));
}

QString momentText(TimeMs at, TimeMs now, const QTimeZone &zone)
{
    const QDateTime moment = QDateTime::fromMSecsSinceEpoch(at, zone);
    const QDate today = QDateTime::fromMSecsSinceEpoch(now, zone).date();
    const qint64 days = moment.date().daysTo(today);
    const QLocale locale = QLocale::c();
    if (days == 0)
        return locale.toString(moment, QStringLiteral("HH:mm"));
    if (days > 0 && days < 7)
        return locale.toString(moment, QStringLiteral("ddd HH:mm"));
    return locale.toString(moment, moment.date().year() == today.year() ? QStringLiteral("d MMM HH:mm") : QStringLiteral("d MMM yyyy"));
}

QString displayText(const Call &call, CallField field, const CellContext &context)
{
    return withField(call, field, [&](const auto &value) -> QString {
        using T = std::decay_t<decltype(value)>;
        if constexpr (std::is_same_v<T, QString>)
            return field == CallField::customer_number || field == CallField::line_number ? formatPhone(value, context.workspace.region) : value;
        else if constexpr (std::is_same_v<T, bool>)
            return value ? QStringLiteral("Yes") : QStringLiteral("No");
        else if constexpr (std::is_same_v<T, std::optional<double>>)
            return value ? QString::number(*value, 'f', 2) : QString();
        else if constexpr (std::is_same_v<T, OptionalInt>) {
            if (!value)
                return {};
            switch (infoOf(field).kind) {
            case FieldKind::Time: return momentText(*value, context.now, context.zone);
            case FieldKind::Seconds: return durationText(*value);
            case FieldKind::Cents: return moneyText(*value);
            default: return QString::number(*value);
            }
        } else
            return value ? labelOf(*value) : QString();
    });
}

QString cellText(const Call &call, const CallColumn &column, const CellContext &context)
{
    switch (column.kind) {
    case CellKind::Indicators: return marksText(call);
    case CellKind::Sla: return slaText(call, context.now);
    case CellKind::Caller: return callerText(call, context.workspace.region);
    case CellKind::Tags: return call.tags.join(QStringLiteral(", "));
    case CellKind::Outcome: return outcomeText(call, context.workspace);
    case CellKind::Status:
        return call.live_state && call.status == CallStatus::IN_PROGRESS ? labelOf(*call.live_state) : displayText(call, *column.field, context);
    case CellKind::Type:
    case CellKind::Number:
    case CellKind::Plain: return displayText(call, *column.field, context);
    }
    Q_UNREACHABLE();
}

} // namespace calldeck
