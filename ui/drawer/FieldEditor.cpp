#include "drawer/FieldEditor.h"

#include "rules/Money.h"
#include "theme/Theme.h"

#include <QComboBox>
#include <QLineEdit>

namespace calldeck
{

namespace
{

constexpr int rowHeight = 30;

CallField fieldOf(const QModelIndex &index) { return static_cast<CallField>(index.siblingAtColumn(0).data(Qt::UserRole).toInt()); }

struct Choice {
    QString text; ///< as setFieldText() reads it
    QString label;
};

/** What may stand in the field, or nothing when anything may. */
QList<Choice> choicesOf(const Call &call, CallField field)
{
    return withField(call, field, [](const auto &value) -> QList<Choice> {
        using T = std::decay_t<decltype(value)>;
        if constexpr (std::is_same_v<T, bool>) {
            return {{QStringLiteral("false"), QStringLiteral("No")}, {QStringLiteral("true"), QStringLiteral("Yes")}};
        } else if constexpr (std::is_same_v<T, QString> || std::is_same_v<T, OptionalInt> || std::is_same_v<T, std::optional<double>>) {
            return {};
        } else {
            QList<Choice> choices{{QString(), QStringLiteral("Not set")}};
            for (const EnumWord &word : enumWords<typename T::value_type>())
                choices.append({QString::fromUtf16(word.wire), QString::fromUtf16(word.label)});
            return choices;
        }
    });
}

/** Money as it is stored, anything else as it was typed. */
Result<QString> storedText(CallField field, const QString &typed)
{
    if (infoOf(field).kind != FieldKind::Cents || typed.isEmpty())
        return typed;
    const auto cents = parseMoney(typed);
    if (!cents)
        return cents.error();
    return QString::number(*cents);
}

Error named(CallField field, Error error)
{
    const QString label = QLatin1String(infoOf(field).label);
    const QString rest = error.message.startsWith(QLatin1String(infoOf(field).name)) ? error.message.mid(error.message.indexOf(u':') + 2) : error.message;
    error.message = QStringLiteral("%1 not changed: %2").arg(label, rest);
    return error;
}

} // namespace

QWidget *FieldEditor::createEditor(QWidget *parent, const QStyleOptionViewItem &, const QModelIndex &index) const
{
    if (index.column() != 1)
        return nullptr;
    const CallField field = fieldOf(index);
    m_edited = field;
    const QString name = QLatin1String(infoOf(field).label);
    const auto choices = choicesOf(m_call, field);
    if (choices.isEmpty()) {
        auto *line = new QLineEdit(parent);
        line->setAccessibleName(name);
        m_widget = line;
        return line;
    }
    auto *box = new QComboBox(parent);
    m_widget = box;
    for (const Choice &choice : choices)
        box->addItem(choice.label, choice.text);
    box->setAccessibleName(name);
    auto *self = const_cast<FieldEditor *>(this);
    connect(box, &QComboBox::activated, self, [self, box] {
        Q_EMIT self->commitData(box);
        Q_EMIT self->closeEditor(box);
    });
    return box;
}

void FieldEditor::leave()
{
    if (m_widget)
        Q_EMIT closeEditor(m_widget, QAbstractItemDelegate::RevertModelCache);
}

void FieldEditor::destroyEditor(QWidget *editor, const QModelIndex &index) const
{
    m_edited.reset();
    QStyledItemDelegate::destroyEditor(editor, index);
}

void FieldEditor::setEditorData(QWidget *editor, const QModelIndex &index) const
{
    const CallField field = fieldOf(index);
    const QString text = fieldText(m_call, field);
    if (auto *box = qobject_cast<QComboBox *>(editor))
        box->setCurrentIndex(box->findData(text));
    else if (auto *line = qobject_cast<QLineEdit *>(editor))
        line->setText(infoOf(field).kind == FieldKind::Cents && !text.isEmpty() ? moneyInput(text.toLongLong()) : text);
}

void FieldEditor::setModelData(QWidget *editor, QAbstractItemModel *, const QModelIndex &index) const
{
    const CallField field = fieldOf(index);
    const auto *box = qobject_cast<const QComboBox *>(editor);
    const auto *line = qobject_cast<const QLineEdit *>(editor);
    const auto text = box ? Result<QString>(box->currentData().toString()) : storedText(field, line ? line->text().trimmed() : QString());
    if (!text) {
        Q_EMIT refused(named(field, text.error()));
        return;
    }
    if (*text == fieldText(m_call, field))
        return;
    Call changed = m_call;
    if (const Verdict readable = setFieldText(changed, field, *text); !readable)
        Q_EMIT refused(named(field, readable.error()));
    else
        Q_EMIT committed(field, *text);
}

bool FieldEditor::eventFilter(QObject *editor, QEvent *event)
{
    const auto *widget = qobject_cast<const QWidget *>(editor);
    const bool putAway = event->type() == QEvent::FocusOut && widget && !widget->isEnabled();
    return !putAway && QStyledItemDelegate::eventFilter(editor, event);
}

QSize FieldEditor::sizeHint(const QStyleOptionViewItem &option, const QModelIndex &index) const
{
    QSize size = QStyledItemDelegate::sizeHint(option, index);
    size.setHeight(std::max(size.height(), rowHeight));
    return size;
}

} // namespace calldeck
