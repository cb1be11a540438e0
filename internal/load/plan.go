package load

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/grader/grader/schema"
)

// Plan describes the simulation. Fields with a documented default may be zero.
type Plan struct {
	Students int           `json:"students"`
	Courses  int           `json:"courses"` // the students are spread over them; 0 is 4
	Runners  int           `json:"runners"` // maximum
	Warm     int           `json:"warm"`    // number kept ready
	Jobs     int           `json:"jobs"`    // pushes, including those that wait at the start
	Waiting  int           `json:"waiting"` // pushes that wait before the first runner starts
	Flood    int           `json:"flood"`   // additional pushes of one student of the first course that wait at the start
	Crowded  int           `json:"crowded"` // additional pushes of one more course that wait at the start
	Over     time.Duration `json:"over"`    // simulated length; 0 is an hour
	Job      time.Duration `json:"job"`     // median duration of a job; 0 is 6 s
	Starts   float64       `json:"starts"`  // runners that the cluster can start per second; 0 is 200
	Vanish   float64       `json:"vanish"`  // fraction of runners that vanish in the middle of their job
	Speed    float64       `json:"speed"`   // simulated time per real time; 0 is 1
	Lease    time.Duration `json:"lease"`   // lease of a silent runner, in real time; 0 is 30 s
	Seed     uint64        `json:"seed"`

	// Rosters holds one roster per course. It determines Students and Courses.
	Rosters   [][]schema.RosterRow `json:"rosters,omitempty"`
	Dues      []time.Duration      `json:"dues,omitempty"`      // when the courses' work is due, after the start; the last counts for the other courses; none: Over
	Extended  int                  `json:"extended,omitempty"`  // students of each course with an extension
	Extension time.Duration        `json:"extension,omitempty"` // length of the extensions
}

// withDefaults fills in the defaults. CodeInvalid: the plan cannot be simulated.
func (p Plan) withDefaults() (Plan, error) {
	for _, d := range []struct{ field, value *time.Duration }{{&p.Over, ptr(time.Hour)}, {&p.Job, ptr(6 * time.Second)}, {&p.Lease, ptr(30 * time.Second)}} {
		if *d.field == 0 {
			*d.field = *d.value
		}
	}
	p, err := p.enrolled()
	if err != nil {
		return p, err
	}
	if p.Courses == 0 {
		p.Courses = min(4, max(1, p.Students))
	}
	if p.Starts == 0 {
		p.Starts = 200
	}
	if p.Speed == 0 {
		p.Speed = 1
	}
	return p, p.check()
}

// check returns an error with CodeInvalid if the plan cannot be simulated.
func (p Plan) check() error {
	switch {
	case p.Students < 1 || p.Runners < 1 || p.Jobs < 1:
		return schema.Errorf(schema.CodeInvalid, "students, runners and jobs: use at least 1 of each")
	case p.Courses < 0 || p.Courses > p.Students:
		return schema.Errorf(schema.CodeInvalid, "courses: use 1 to as many as there are students")
	case p.Waiting < 0 || p.Waiting > p.Jobs:
		return schema.Errorf(schema.CodeInvalid, "waiting: use 0 to as many as there are jobs")
	case p.Warm < 0 || p.Warm > p.Runners:
		return schema.Errorf(schema.CodeInvalid, "warm: use 0 to as many as there are runners")
	case p.Flood < 0 || p.Crowded < 0 || p.Over < 0 || p.Job < 0 || p.Starts < 0 || p.Speed < 0 || p.Lease < 0:
		return schema.Errorf(schema.CodeInvalid, "use no negative numbers")
	case slices.ContainsFunc(p.Dues, func(d time.Duration) bool { return d <= 0 }):
		return schema.Errorf(schema.CodeInvalid, "due: use a time after the start, such as 45m")
	case p.Extended < 0 || p.Extension < 0 || (p.Extended > 0) != (p.Extension > 0):
		return schema.Errorf(schema.CodeInvalid, "extended, extension: use both, such as 5 and 30m")
	case p.Vanish < 0 || p.Vanish > 0.5:
		return schema.Errorf(schema.CodeInvalid, "vanish: use 0 to 0.5; with more, jobs would fail")
	}
	return nil
}

func ptr[T any](v T) *T { return &v }

// all returns the total number of pushes.
func (p Plan) all() int { return p.Jobs + p.Flood + p.Crowded }

// scaled converts a simulated duration to real time.
func (p Plan) scaled(d time.Duration) time.Duration { return time.Duration(float64(d) / p.Speed) }

// push is a push of the simulation.
type push struct {
	course  int // Courses is the index of the crowded one
	student int
	at      time.Duration // time after the start; negative for pushes that wait at the start
}

// steepness is the growth of the push rate: the rate at the start is exp(-3) times the rate
// at the due date.
const steepness = 3

// pushes returns all pushes, in order of time.
func (p Plan) pushes(random *rand.Rand) []push {
	all := make([]push, 0, p.all())
	for range p.Flood {
		all = append(all, push{at: -1})
	}
	for i := range p.Crowded {
		all = append(all, push{course: p.Courses, student: i % max(1, p.Students), at: -1})
	}
	seats := p.seats()
	for i := range p.Jobs {
		student := random.IntN(len(seats))
		next := push{course: seats[student].course, student: student, at: -1}
		if i >= p.Waiting {
			next.at = time.Duration(arrival(random.Float64()) * float64(seats[student].due))
		}
		all = append(all, next)
	}
	slices.SortStableFunc(all, func(a, b push) int { return cmp.Compare(a.at, b.at) })
	return all
}

// arrival maps a uniform number to a time between 0 and 1, so that the rate of pushes grows
// exponentially towards the due date.
func arrival(share float64) float64 {
	return math.Log(1+share*(math.Exp(steepness)-1)) / steepness
}

// length returns a random duration of a job: log-normal around the median, and at most five
// times the median.
func (p Plan) length(random *rand.Rand) time.Duration {
	const spread = 0.6
	factor := math.Exp(spread * random.NormFloat64())
	return time.Duration(float64(p.Job) * min(factor, 5))
}
