package store

import (
	"context"
	"time"

	"github.com/grader/grader/schema"
)

// linkedSeats returns the seats of everybody who was ever in the same team as an owner,
// directly or through other people, within each assignment.
func linkedSeats(ctx context.Context, t *tx, courseID int64, owner string) ([]schema.Seat, error) {
	return list(ctx, t, scanSeat, `WITH RECURSIVE linked (assignment_id, name) AS (
			SELECT m.assignment_id, ?2 FROM seats m JOIN assignments a ON a.id = m.assignment_id WHERE m.login = ?2 AND a.course_id = ?1
			UNION
			SELECT t.assignment_id, ?2 FROM teams t JOIN assignments a ON a.id = t.assignment_id WHERE t.name = ?2 AND a.course_id = ?1
			UNION
			SELECT m.assignment_id, m.team FROM linked l CROSS JOIN seats m ON m.assignment_id = l.assignment_id AND m.login = l.name
			UNION
			SELECT m.assignment_id, m.login FROM linked l CROSS JOIN seats m ON m.assignment_id = l.assignment_id AND m.team = l.name)
		SELECT m.assignment_id, m.team, m.login, m.joined_at, m.left_at, m.tokens, m.mark, e.user_id IS NOT NULL
		FROM linked l CROSS JOIN seats m ON m.assignment_id = l.assignment_id AND m.team = l.name JOIN users u ON u.login = m.login
			LEFT JOIN enrolments e ON e.course_id = ?1 AND e.user_id = u.id AND e.role = 'student' AND e.dropped = 0
		ORDER BY m.id`, courseID, owner)
}

// updateLinkedGrades updates the grades of an owner and of everybody who shares a team with
// them. Late days connect a team to all other work of its members, so it updates the whole
// course if work other than the owner's spends late days before or after the update.
func (s *grading) updateLinkedGrades(ctx context.Context, t *tx, h history, owner string, linked []schema.Seat, now time.Time) error {
	h.seats, h.only = newSeats(linked), make(map[work]bool)
	names, logins := map[string]bool{owner: true}, []string{owner}
	for _, a := range h.assignments {
		h.only[work{a.ID, owner}] = true
	}
	for _, seat := range linked {
		h.only[work{seat.Assignment, seat.Login}], h.only[work{seat.Assignment, seat.Team}] = true, true
		names[seat.Login], names[seat.Team] = true, true
		logins = append(logins, seat.Login)
	}
	all := make([]string, 0, len(names))
	for name := range names {
		all = append(all, name)
	}
	if err := loadWork(ctx, t, &h, all...); err != nil {
		return err
	}
	tied, err := charged(ctx, t, h, owner, logins)
	if err != nil {
		return err
	}
	if !tied {
		if err := s.writeGrades(ctx, t, h, now); err != nil {
			return err
		}
		if tied, err = charged(ctx, t, h, owner, logins); err != nil || !tied {
			return err
		}
	}
	return s.updateCourseGrades(ctx, t, h.course, now)
}

// charged reports whether people or their teams spend late days on work other than the
// owner's.
func charged(ctx context.Context, t *tx, h history, owner string, logins []string) (bool, error) {
	if h.tokens == 0 {
		return false, nil
	}
	names, err := encode(logins)
	if err != nil {
		return false, err
	}
	return one(ctx, t, value[bool], `SELECT EXISTS (SELECT 1 FROM assignments a JOIN grades g ON g.assignment_id = a.id
		WHERE a.course_id = ?1 AND g.tokens > 0 AND ((g.owner IN (SELECT value FROM json_each(?2)) AND g.owner <> ?3)
			OR EXISTS (SELECT 1 FROM seats m WHERE m.assignment_id = g.assignment_id AND m.team = g.owner AND m.left_at = 0 AND m.login IN (SELECT value FROM json_each(?2)))))`, h.course, names, owner)
}
