package schema

import (
	"fmt"
	"time"
)

// PoolMode says whether jobs of a flavour start.
type PoolMode string

// The modes of a pool.
const (
	PoolOpen     PoolMode = "open"     // jobs start
	PoolPaused   PoolMode = "paused"   // no job starts; running jobs go on, and idle runners stay
	PoolDraining PoolMode = "draining" // no job starts; running jobs go on, and idle runners end
)

// ParsePoolMode reads a mode; the error is CodeInvalid.
func ParsePoolMode(s string) (PoolMode, error) {
	switch m := PoolMode(s); m {
	case PoolOpen, PoolPaused, PoolDraining:
		return m, nil
	}
	return "", Errorf(CodeInvalid, "mode %q: use open, paused or draining", s)
}

// MaxRunners is the highest number of runners that can be set for a flavour on a running server.
const MaxRunners = 10_000

// PoolControl holds the settings of a flavour's pool on a running server, by administrators and
// instructors. They persist across restarts.
type PoolControl struct {
	Flavour   string    `json:"flavour"`
	Mode      PoolMode  `json:"mode"`
	Reason    string    `json:"reason,omitempty"` // of the mode; waiting people read it
	Warm      *int      `json:"warm,omitempty"`   // instead of the configuration's
	Max       *int      `json:"max,omitempty"`    // instead of the configuration's
	By        string    `json:"by,omitempty"`     // login of the person who changed it last, or "operator"; "": unchanged
	ChangedAt time.Time `json:"changed_at,omitzero"`
	AdminMode bool      `json:"admin_mode,omitempty"` // an administrator paused or drained it; only administrators may change the mode
	AdminSize bool      `json:"admin_size,omitempty"` // an administrator set Warm or Max; only administrators may change them
}

// Stopped reports whether the mode keeps jobs from starting.
func (c PoolControl) Stopped() bool { return c.Mode == PoolPaused || c.Mode == PoolDraining }

// Apply returns the flavour with the numbers of runners that were set. It limits Warm to
// Max because the configuration may have changed since.
func (c PoolControl) Apply(f Flavour) Flavour {
	if c.Warm != nil {
		f.Warm = *c.Warm
	}
	if c.Max != nil {
		f.Max = *c.Max
	}
	f.Warm = min(f.Warm, f.Max)
	return f
}

// Size describes the numbers of runners that were set: "warm 2, max 8", or "as configured".
func (c PoolControl) Size() string {
	switch {
	case c.Warm == nil && c.Max == nil:
		return "as configured"
	case c.Max == nil:
		return fmt.Sprintf("warm %d", *c.Warm)
	case c.Warm == nil:
		return fmt.Sprintf("max %d", *c.Max)
	}
	return fmt.Sprintf("warm %d, max %d", *c.Warm, *c.Max)
}

// Words returns a message for waiting people that no job starts, or "" if jobs start.
func (c PoolControl) Words() string {
	switch {
	case !c.Stopped():
		return ""
	case c.Reason == "":
		return "the staff has paused grading; you keep your place"
	}
	return "the staff has paused grading (" + c.Reason + "); you keep your place"
}
