package store

import (
	"context"
	"time"

	"github.com/grader/grader/schema"
)

// How long measurements of each length are kept before they are merged into longer ones.
// The longest are deleted, so a flavour has at most about ten thousand rows.
const (
	keepMinutes = 24 * time.Hour
	keepTens    = 31 * 24 * time.Hour
	keepHours   = 190 * 24 * time.Hour // a term, with its exams
)

func scanMeasurement(r row) (m schema.Measurement, err error) {
	var seconds, wait50, wait95 int64
	err = r.Scan(&seconds, instant{&m.At}, &m.Flavour, &m.Waiting, &m.Verdicts, &m.Pushes, &wait50, &wait95, &m.Busy, &m.Max)
	m.Span = time.Duration(seconds) * time.Second
	m.Wait50, m.Wait95 = time.Duration(wait50)*time.Microsecond, time.Duration(wait95)*time.Microsecond
	return m, err
}

// Measurements returns the measurements of all flavours since the given time, oldest first.
func (s *OperationTables) Measurements(ctx context.Context, since time.Time) ([]schema.Measurement, error) {
	return list(ctx, s.reader, scanMeasurement, `SELECT span, at, flavour, waiting, verdicts, pushes, wait50, wait95, busy, max FROM measurements
		WHERE at >= ? ORDER BY at, flavour`, micros(since))
}

// Measure records the state of the queues in the minute that ended at now. It reads
// Flavour, Waiting, Busy and Max of each measurement, and the jobs that ended in that
// minute. It merges older measurements. A second call within a minute replaces the first.
func (s *OperationTables) Measure(ctx context.Context, now time.Time, all []schema.Measurement) error {
	end := now.Truncate(time.Minute)
	return s.write(ctx, "note measurements", func(t *tx) error {
		for _, m := range all {
			m.At = end.Add(-time.Minute)
			if err := measureJobs(ctx, t, &m, end); err != nil {
				return err
			}
			if _, err := t.exec(ctx, `INSERT OR REPLACE INTO measurements (span, at, flavour, waiting, verdicts, pushes, wait50, wait95, busy, max) VALUES (60, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
				micros(m.At), m.Flavour, m.Waiting, m.Verdicts, m.Pushes, m.Wait50.Microseconds(), m.Wait95.Microseconds(), m.Busy, m.Max); err != nil {
				return err
			}
		}
		return thinMeasurements(ctx, t, now)
	})
}

// measureJobs reads the jobs that ended between m.At and end.
func measureJobs(ctx context.Context, t *tx, m *schema.Measurement, end time.Time) error {
	var err error
	if m.Verdicts, err = one(ctx, t, value[int], `SELECT count(*) FROM jobs WHERE state = 'done' AND flavour = ? AND ended_at >= ? AND ended_at < ?`, m.Flavour, micros(m.At), micros(end)); err != nil {
		return err
	}
	waits, err := list(ctx, t, value[int64], `SELECT max(assigned_at - queued_at, 0) FROM jobs WHERE state = 'done' AND flavour = ? AND ended_at >= ? AND ended_at < ?
		AND kind = 'grade' AND lane = 0 ORDER BY 1`, m.Flavour, micros(m.At), micros(end))
	if m.Pushes = len(waits); m.Pushes > 0 {
		at := func(percent int) time.Duration {
			return time.Duration(waits[(m.Pushes*percent+99)/100-1]) * time.Microsecond
		}
		m.Wait50, m.Wait95 = at(50), at(95)
	}
	return err
}

// thinMeasurements merges old measurements into longer ones, and deletes the oldest.
func thinMeasurements(ctx context.Context, t *tx, now time.Time) error {
	for _, step := range []struct {
		from, to time.Duration // lengths
		keep     time.Duration
	}{{time.Minute, 10 * time.Minute, keepMinutes}, {10 * time.Minute, time.Hour, keepTens}} {
		from, to := int64(step.from.Seconds()), int64(step.to.Seconds())
		before := micros(now.Add(-step.keep).Truncate(step.to)) // whole spans only
		if _, err := t.exec(ctx, `INSERT OR REPLACE INTO measurements (span, at, flavour, waiting, verdicts, pushes, wait50, wait95, busy, max)
			SELECT ?1, at - at % (?1 * 1000000), flavour, max(waiting), sum(verdicts), sum(pushes),
				CAST(coalesce(sum(wait50 * pushes) / nullif(sum(pushes), 0), 0) AS INTEGER), max(wait95), avg(busy), avg(max)
			FROM measurements WHERE span = ?2 AND at < ?3 GROUP BY flavour, at - at % (?1 * 1000000)`, to, from, before); err != nil {
			return err
		}
		if _, err := t.exec(ctx, `DELETE FROM measurements WHERE span = ? AND at < ?`, from, before); err != nil {
			return err
		}
	}
	_, err := t.exec(ctx, `DELETE FROM measurements WHERE span = 3600 AND at < ?`, micros(now.Add(-keepHours)))
	return err
}
