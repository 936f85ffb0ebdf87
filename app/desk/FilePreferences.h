#pragma once

#include "desk/DeskPreferences.h"

#include <QThreadPool>
#include <QTimer>
#include <QVariantMap>

namespace calldeck
{

/**
 * Preferences in one file of the data directory, written a moment after a change and when the program ends, on a thread of their
 * own; losing the last one costs a column width. Not QSettings: a desk that is killed while it writes leaves a lock behind, for which the next one waits
 * half a minute. The directory has a lock of its own already.
 */
class FilePreferences : public DeskPreferences
{
    Q_OBJECT
public:
    /** A file that is missing or damaged counts as empty. */
    explicit FilePreferences(const QString &file);
    ~FilePreferences() override;
    QVariant value(const QString &key, const QVariant &fallback) const override { return m_values.value(key, fallback); }
    void setValue(const QString &key, const QVariant &value) override;

private:
    void write();

    QString m_file;
    QVariantMap m_values;
    QTimer m_timer;
    QThreadPool m_thread; ///< one, so that a newer file never meets an older one
};

} // namespace calldeck
