#include "drawer/FollowUpPicker.h"

#include "theme/FlowLayout.h"
#include "rules/FollowUp.h"

#include <QHBoxLayout>
#include <QKeyEvent>

namespace calldeck
{

namespace
{

constexpr int fieldWidth = 118;
constexpr int noPreset = -1;

/** The preset that a lone digit in the field means. */
int presetTyped(const QString &text, qsizetype presets)
{
    const QString plain = text.trimmed();
    const int number = plain.size() == 1 ? plain.front().unicode() - u'1' : noPreset;
    return number >= 0 && number < presets ? number : noPreset;
}

} // namespace

FollowUpPicker::FollowUpPicker(DeskService &desk, const Theme &theme, QWidget *parent)
    : QWidget(parent), m_desk(desk), m_zone(desk.workspace().zone), m_field(new QLineEdit(this)),
      m_clear(Button::iconOnly(theme, QStringLiteral("x"), QStringLiteral("No follow-up"), this)),
      m_understood(new Text(theme, TypeRole::Small, Token::TextMuted, {}, this))
{
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(2);
    column->addWidget(buildChoices(theme));
    auto *line = new QHBoxLayout;
    line->setSpacing(2);
    m_understood->setWordWrap(true);
    m_clear->setFixedSize(22, 22);
    line->addWidget(m_understood, 1);
    line->addWidget(m_clear);
    column->addLayout(line);
    show(noPreset, {});
    connect(m_field, &QLineEdit::textEdited, this, &FollowUpPicker::typed);
    connect(m_clear, &QPushButton::clicked, this, [this] {
        setTime({});
        Q_EMIT picked();
    });
}

QWidget *FollowUpPicker::buildChoices(const Theme &theme)
{
    auto *choices = new QWidget(this);
    auto *row = new FlowLayout(choices, 6);
    const auto presets = followUpPresets(m_desk.now(), m_zone);
    for (int i = 0; i < presets.size(); ++i) {
        auto *button = new Button(theme, ButtonKind::Chip, presets[i].label, {}, choices);
        button->setCheckable(true);
        button->setAccessibleName(QStringLiteral("Follow up: %1").arg(presets[i].label));
        connect(button, &QPushButton::clicked, this, [this, i] {
            m_field->clear();
            choosePreset(i);
        });
        row->addWidget(button);
        m_presets.append(button);
    }
    m_field->setPlaceholderText(QStringLiteral("or fri 14:30"));
    m_field->setAccessibleName(QStringLiteral("Follow-up time"));
    m_field->setAccessibleDescription(QStringLiteral("1, 2 or 3 for a preset, or a time such as 45m, 14:30, tomorrow 9:00 or fri 14:30"));
    m_field->setFixedSize(fieldWidth, metrics::chipHeight);
    m_field->installEventFilter(this);
    row->addWidget(m_field);
    return choices;
}

void FollowUpPicker::choosePreset(int number)
{
    m_time = followUpPresets(m_desk.now(), m_zone)[number].due_at;
    show(number, {});
    Q_EMIT picked();
}

void FollowUpPicker::typed(const QString &text)
{
    const int preset = presetTyped(text, m_presets.size());
    if (preset != noPreset) {
        choosePreset(preset);
        return;
    }
    m_time.reset();
    QString problem;
    if (!text.trimmed().isEmpty()) {
        const auto parsed = parseFollowUpTime(text, m_desk.now(), m_zone);
        if (parsed)
            m_time = *parsed;
        else
            problem = parsed.error().message;
    }
    show(noPreset, problem);
    Q_EMIT picked();
}

void FollowUpPicker::show(int preset, const QString &problem)
{
    m_problem = problem;
    for (int i = 0; i < m_presets.size(); ++i)
        m_presets[i]->setChecked(i == preset);
    const QString understood = m_time ? QStringLiteral("Follow up %1").arg(followUpTimeText(*m_time, m_desk.now(), m_zone)) : problem;
    m_understood->setInk(problem.isEmpty() ? Token::TextMuted : Token::Overdue);
    m_understood->setText(understood);
    m_understood->setVisible(!understood.isEmpty());
    m_clear->setVisible(m_time.has_value());
}

void FollowUpPicker::setTime(std::optional<TimeMs> time)
{
    m_time = time;
    m_field->clear();
    show(noPreset, {});
}

void FollowUpPicker::focusField()
{
    m_field->setFocus();
    m_field->selectAll();
}

bool FollowUpPicker::endsPreset(const QKeyEvent &key) const
{
    static const QString goesOn = QStringLiteral("hmapd");
    const QString text = key.text().toLower();
    return presetTyped(m_field->text(), m_presets.size()) != noPreset && (key.modifiers() & ~Qt::ShiftModifier) == 0 && text.size() == 1 && text.front().isLetter()
        && !goesOn.contains(text);
}

bool FollowUpPicker::eventFilter(QObject *watched, QEvent *event)
{
    if (event->type() == QEvent::ShortcutOverride) {
        // After a preset's digit, a letter that no time goes on with is a command: it goes to the shortcuts instead of the field.
        return endsPreset(*static_cast<QKeyEvent *>(event));
    }
    if (event->type() == QEvent::KeyPress) {
        const auto *key = static_cast<QKeyEvent *>(event);
        const bool enter = (key->key() == Qt::Key_Return || key->key() == Qt::Key_Enter) && (key->modifiers() & ~Qt::KeypadModifier) == 0;
        if (enter && (m_time || m_field->text().trimmed().isEmpty())) {
            Q_EMIT finished();
            return true;
        }
    }
    return QWidget::eventFilter(watched, event);
}

} // namespace calldeck
