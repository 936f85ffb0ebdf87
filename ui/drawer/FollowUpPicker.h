#pragma once

#include "desk/DeskService.h"
#include "theme/Controls.h"

#include <QLineEdit>

namespace calldeck
{

/**
 * When to get back to somebody: three presets or a typed time, with what was understood under it. In the field a lone 1, 2 or 3
 * is the preset of that number, until more is typed ("2" is 2 h, "2:30pm" a time).
 */
class FollowUpPicker : public QWidget
{
    Q_OBJECT
public:
    FollowUpPicker(DeskService &desk, const Theme &theme, QWidget *parent = nullptr);

    std::optional<TimeMs> time() const { return m_time; }
    /** Why what is typed is no time, "" when it is one or nothing is typed. */
    const QString &problem() const { return m_problem; }
    void setTime(std::optional<TimeMs> time);
    void focusField();

Q_SIGNALS:
    /** With every key, preset and clearing. */
    void picked();
    /** Enter in the field: with a time that was understood, or with nothing typed. */
    void finished();

protected:
    bool eventFilter(QObject *watched, QEvent *event) override;

private:
    QWidget *buildChoices(const Theme &theme);
    void choosePreset(int number);
    void typed(const QString &text);
    void show(int preset, const QString &problem);
    bool endsPreset(const QKeyEvent &key) const;

    DeskService &m_desk;
    QTimeZone m_zone;
    QList<Button *> m_presets;
    QLineEdit *m_field;
    Button *m_clear;
    Text *m_understood;
    std::optional<TimeMs> m_time;
    QString m_problem;
};

} // namespace calldeck
