#pragma once

#include "rules/Disposition.h"
#include "theme/Controls.h"

#include <QGridLayout>

namespace calldeck
{

/** One button per disposition with its key, under the names of their groups; as many columns as the width allows. */
class DispositionPicker : public QWidget
{
    Q_OBJECT
public:
    DispositionPicker(const Theme &theme, const QList<DispositionRule> &rules, QWidget *parent = nullptr);

    void show(const QString &chosen);

Q_SIGNALS:
    /** A button was pressed; `key` is "" when it was the one that was chosen. */
    void picked(const QString &key);

protected:
    void resizeEvent(QResizeEvent *event) override;

private:
    struct Group {
        QString name;
        Text *label;
        QList<Button *> buttons;
    };
    void arrange(int columns);
    QList<QWidgetList> inKeyOrder(int columns) const;
    QList<QWidgetList> grouped() const;

    QList<Group> m_groups;
    QList<Button *> m_inKeyOrder;
    QHash<QString, Button *> m_buttons;
    QGridLayout *m_grid;
    QString m_chosen;
    int m_columns = 0;
};

} // namespace calldeck
