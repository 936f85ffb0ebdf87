#include "shell/KeySheet.h"

#include "shell/KeyMap.h"

#include <QGridLayout>
#include <QHBoxLayout>

namespace calldeck
{

namespace
{

struct Line {
    QString keys;
    QString title;
};

QList<Line> linesOf(const QString &group)
{
    QList<Line> lines;
    for (const KeyAction &action : keyMap()) {
        if (action.group != group)
            continue;
        QStringList keys;
        for (const QKeySequence &sequence : action.keys) {
            const QString text = sequence.toString(QKeySequence::NativeText);
            if (!text.contains(QStringLiteral("Enter")))
                keys.append(text);
        }
        lines.append({keys.join(QStringLiteral("  ")), action.title});
    }
    return lines;
}

QList<Line> dispositionLines(const QList<DispositionRule> &dispositions)
{
    QList<Line> lines;
    for (const DispositionRule &rule : dispositions)
        lines.append({QString(rule.hotkey), rule.label});
    return lines;
}

QList<Line> listLines()
{
    return {{QStringLiteral("Return"), QStringLiteral("Open the call")},
            {QStringLiteral("Space"), QStringLiteral("Select")},
            {QStringLiteral("Shift+↑↓"), QStringLiteral("Select several")},
            {QStringLiteral("Ctrl+A"), QStringLiteral("Select the whole result")},
            {QStringLiteral("D"), QStringLiteral("Follow-ups: done")},
            {QStringLiteral("M"), QStringLiteral("Follow-ups: move")}};
}

QVBoxLayout *block(const Theme &theme, const QString &heading, const QList<Line> &lines, QWidget *parent)
{
    auto *column = new QVBoxLayout;
    column->setSpacing(metrics::gap);
    column->addWidget(new Text(theme, TypeRole::SmallStrong, Token::TextMuted, heading, parent));
    auto *grid = new QGridLayout;
    grid->setHorizontalSpacing(metrics::pad);
    grid->setVerticalSpacing(metrics::smallGap);
    for (int row = 0; row < lines.size(); ++row) {
        auto *keys = new Pill(theme, parent);
        keys->show(lines[row].keys, Token::Text, Token::NeutralSoft);
        grid->addWidget(keys, row, 0, Qt::AlignLeft | Qt::AlignVCenter);
        grid->addWidget(new Text(theme, TypeRole::Body, Token::Text, lines[row].title, parent), row, 1);
    }
    grid->setColumnStretch(1, 1);
    column->addLayout(grid);
    column->addStretch();
    return column;
}

} // namespace

KeySheet::KeySheet(const Theme &theme, const QList<DispositionRule> &dispositions, QWidget *window) : Popover(theme, QStringLiteral("All keys"), window)
{
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(24, 20, 24, 22);
    column->setSpacing(metrics::pad);
    auto *head = new QHBoxLayout;
    head->addWidget(new Text(theme, TypeRole::Title, Token::Text, QStringLiteral("All keys"), this), 1);
    auto *close = Button::iconOnly(theme, QStringLiteral("x"), QStringLiteral("Close"), this);
    connect(close, &QPushButton::clicked, this, &QWidget::hide);
    head->addWidget(close);
    column->addLayout(head);
    auto *blocks = new QHBoxLayout;
    blocks->setSpacing(36);
    blocks->addLayout(block(theme, QStringLiteral("Moving"), linesOf(QStringLiteral("Moving")), this));
    blocks->addLayout(block(theme, QStringLiteral("The call at hand"), linesOf(QStringLiteral("The call at hand")), this));
    auto *last = new QVBoxLayout;
    last->setSpacing(metrics::bigPad);
    last->addLayout(block(theme, QStringLiteral("Dispositions"), dispositionLines(dispositions), this));
    last->addLayout(block(theme, QStringLiteral("In lists"), listLines(), this));
    blocks->addLayout(last);
    column->addLayout(blocks);
}

} // namespace calldeck
