#include "drawer/FollowUpPicker.h"

#include "rules/FollowUp.h"

#include <QHBoxLayout>
#include <QKeyEvent>

namespace calldeck
{

FollowUpPicker::FollowUpPicker(DeskService &desk, const Theme &theme, QWidget *parent)
    : QWidget(parent), m_desk(desk), m_zone(desk.workspace().zone), m_field(new QLineEdit(this)), m_understood(new Text(theme, TypeRole::Small, Token::TextMuted))
{
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(metrics::smallGap);
    auto *row = new QHBoxLayout;
    row->setSpacing(6);
    const auto presets = followUpPresets(desk.now(), m_zone);
    for (int i = 0; i < presets.size(); ++i) {
        auto *button = new Button(theme, ButtonKind::Chip, presets[i].label, {}, this);
        button->setCheckable(true);
        button->setAccessibleName(QStringLiteral("Follow up: %1").arg(presets[i].label));
        connect(button, &QPushButton::clicked, this, [this, i] { choosePreset(i); });
        row->addWidget(button);
        m_presets.append(button);
    }
    m_field->setPlaceholderText(QStringLiteral("or fri 14:30"));
    m_field->setAccessibleName(QStringLiteral("Follow-up time"));
    m_field->installEventFilter(this);
    m_field->setMinimumWidth(96);
    row->addWidget(m_field, 1);
    column->addLayout(row);
    column->addWidget(m_understood);
    m_understood->hide();
    connect(m_field, &QLineEdit::textEdited, this, &FollowUpPicker::typed);
}

void FollowUpPicker::choosePreset(int number)
{
    const auto presets = followUpPresets(m_desk.now(), m_zone);
    m_time = presets[number].due_at;
    m_field->clear();
    for (int i = 0; i < m_presets.size(); ++i)
        m_presets[i]->setChecked(i == number);
    say();
    Q_EMIT picked();
}

void FollowUpPicker::typed(const QString &text)
{
    for (Button *preset : std::as_const(m_presets))
        preset->setChecked(false);
    m_time.reset();
    if (!text.trimmed().isEmpty()) {
        const auto parsed = parseFollowUpTime(text, m_desk.now(), m_zone);
        if (parsed)
            m_time = *parsed;
        else
            m_understood->setText(parsed.error().message);
    }
    say();
    Q_EMIT picked();
}

void FollowUpPicker::say()
{
    const bool doubtful = !m_time && !m_field->text().trimmed().isEmpty();
    m_understood->setVisible(m_time || doubtful);
    m_understood->setInk(doubtful ? Token::Overdue : Token::TextMuted);
    m_understood->setWordWrap(true);
    if (m_time)
        m_understood->setText(QStringLiteral("Follow up %1").arg(followUpTimeText(*m_time, m_desk.now(), m_zone)));
}

void FollowUpPicker::setTime(std::optional<TimeMs> time)
{
    m_time = time;
    m_field->clear();
    for (Button *preset : std::as_const(m_presets))
        preset->setChecked(false);
    say();
}

void FollowUpPicker::focusField() { m_field->setFocus(); }

bool FollowUpPicker::eventFilter(QObject *watched, QEvent *event)
{
    if (event->type() != QEvent::KeyPress)
        return QWidget::eventFilter(watched, event);
    const auto *key = static_cast<QKeyEvent *>(event);
    const int number = key->key() - Qt::Key_1;
    if (m_field->text().isEmpty() && key->modifiers() == Qt::NoModifier && number >= 0 && number < m_presets.size()) {
        choosePreset(number);
        Q_EMIT finished();
        return true;
    }
    if ((key->key() == Qt::Key_Return || key->key() == Qt::Key_Enter) && key->modifiers() == Qt::NoModifier && m_time) {
        Q_EMIT finished();
        return true;
    }
    return QWidget::eventFilter(watched, event);
}

} // namespace calldeck
