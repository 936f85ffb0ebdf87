#include "shell/TopBar.h"

#include <QAbstractButton>
#include <QAction>
#include <QHBoxLayout>
#include <QKeyEvent>

namespace calldeck
{

TopBar::TopBar(DeskService &desk, Theme &theme, LiveFeed *feed, QWidget *parent)
    : QWidget(parent), m_theme(theme), m_title(new Text(theme, TypeRole::Title, Token::Text, {}, this)),
      m_views(new Button(theme, ButtonKind::Ghost, QStringLiteral("Views"), QStringLiteral("bookmark"), this)), m_search(new QLineEdit(this)),
      m_searchIcon(new QAction(m_search)), m_themeButton(Button::iconOnly(theme, QStringLiteral("moon"), QStringLiteral("Dark theme"), this))
{
    auto *row = new QHBoxLayout(this);
    row->setContentsMargins(20, 10, 14, 10);
    row->setSpacing(metrics::gap);
    row->addWidget(m_title);
    row->addWidget(m_views);
    row->addStretch(1);
    buildSearch();
    row->addWidget(m_search, 3);
    row->addStretch(1);
    if (desk.workspace().is_demo)
        buildDemo(row, feed);
    auto *keys = Button::iconOnly(theme, QStringLiteral("keyboard"), QStringLiteral("All keys  ?"), this);
    row->addWidget(keys);
    row->addWidget(m_themeButton);
    connect(keys, &QPushButton::clicked, this, &TopBar::keysAsked);
    connect(m_themeButton, &QPushButton::clicked, this, &TopBar::themeSwitched);
    connect(m_views, &QPushButton::clicked, this, [this] { Q_EMIT viewsAsked(m_views); });
    connect(&theme, &Theme::changed, this, &TopBar::showTheme);
    showTheme();
}

void TopBar::buildSearch()
{
    m_search->setPlaceholderText(QStringLiteral("Search names, numbers, notes and transcripts   Ctrl+K"));
    m_search->setAccessibleName(QStringLiteral("Search calls"));
    m_search->setToolTip(QStringLiteral("Words or \"a phrase\"; or terms such as status:missed agent:\"Dana K.\" is:emergency started:today value>=100"));
    m_search->setClearButtonEnabled(true);
    m_search->setMinimumWidth(240);
    m_search->setMaximumWidth(620);
    m_search->addAction(m_searchIcon, QLineEdit::LeadingPosition);
    m_searchIcon->setText(QStringLiteral("Search"));
    // The clear button is made by QLineEdit, nameless.
    for (QAbstractButton *button : m_search->findChildren<QAbstractButton *>())
        button->setAccessibleName(QStringLiteral("Clear the search"));
    m_search->installEventFilter(this);
    connect(m_search, &QLineEdit::textChanged, this, &TopBar::searched);
    connect(m_search, &QLineEdit::returnPressed, this, &TopBar::listAsked);
}

void TopBar::buildDemo(QBoxLayout *row, LiveFeed *feed)
{
    auto *badge = new Pill(m_theme, this);
    badge->show(QStringLiteral("Demo data"), Token::Violet, Token::VioletSoft);
    badge->setToolTip(QStringLiteral("Every call here is made up. Your own data lives in another folder."));
    row->addWidget(badge);
    if (!feed)
        return;
    auto *storm = new Button(m_theme, ButtonKind::Chip, QStringLiteral("Storm"), QStringLiteral("storm"), this);
    storm->setCheckable(true);
    storm->setChecked(feed->isSurge());
    storm->setToolTip(QStringLiteral("Calls arrive as on a storm day"));
    row->addWidget(storm);
    connect(storm, &QPushButton::toggled, feed, &LiveFeed::setSurge);
    connect(feed, &LiveFeed::surgeChanged, storm, &QPushButton::setChecked);
}

void TopBar::setTitle(const QString &title, bool hasSavedViews)
{
    m_title->setText(title);
    m_views->setVisible(hasSavedViews);
}

void TopBar::focusSearch()
{
    m_search->setFocus(Qt::ShortcutFocusReason);
    m_search->selectAll();
}

void TopBar::showTheme()
{
    const bool dark = m_theme.isDark();
    const QString name = dark ? QStringLiteral("Light theme") : QStringLiteral("Dark theme");
    m_themeButton->setIconName(dark ? QStringLiteral("sun") : QStringLiteral("moon"));
    m_themeButton->setAccessibleName(name);
    m_themeButton->setToolTip(name);
    m_searchIcon->setIcon(m_theme.icon(QStringLiteral("search"), Token::TextFaint));
}

bool TopBar::eventFilter(QObject *watched, QEvent *event)
{
    if (watched != m_search || (event->type() != QEvent::KeyPress && event->type() != QEvent::ShortcutOverride))
        return false;
    const int key = static_cast<QKeyEvent *>(event)->key();
    if (key != Qt::Key_Escape && key != Qt::Key_Down)
        return false;
    if (event->type() == QEvent::ShortcutOverride) {
        event->accept();
        return true;
    }
    if (key == Qt::Key_Escape)
        m_search->clear();
    Q_EMIT listAsked();
    return true;
}

} // namespace calldeck
