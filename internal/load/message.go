package load

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/grader/grader/schema"
)

// order is one line to the control plane: exactly one of its fields is set.
type order struct {
	Begin  *Plan   `json:"begin,omitempty"`
	Push   *pushed `json:"push,omitempty"`
	Open   bool    `json:"open,omitempty"`   // start the scheduler
	Exited string  `json:"exited,omitempty"` // a runner whose exit the cluster reports
	Report bool    `json:"report,omitempty"`
	Last   bool    `json:"last,omitempty"` // the final report, with the claims
}

// notice is one line from the control plane: exactly one of its fields is set.
type notice struct {
	Start  *schema.Credential `json:"start,omitempty"`
	Retire string             `json:"retire,omitempty"`
	Pushed *pushed            `json:"pushed,omitempty"`
	Scaled string             `json:"scaled,omitempty"` // a scaling decision, in words
	Report *planeReport       `json:"report,omitempty"`
	Error  string             `json:"error,omitempty"` // logged by the scheduler
	Failed string             `json:"failed,omitempty"`
}

// pushed is one push, numbered by the crowd, and the job that it became.
type pushed struct {
	N       int       `json:"n"`
	Course  int       `json:"course"`
	Student int       `json:"student"`
	Job     int64     `json:"job,omitempty"`
	At      time.Time `json:"at,omitzero"` // time of the record
}

// planeReport is the control plane's report on itself.
type planeReport struct {
	Last   bool                 `json:"last,omitempty"`
	Jobs   map[schema.State]int `json:"jobs"`
	Claims spanReport           `json:"claims"` // claims that found a job, until the commit; only in the final report
	Memory int64                `json:"memory"` // peak resident bytes
	CPU    time.Duration        `json:"cpu"`    // user and system
}

// lines writes values as lines of JSON. It is safe for concurrent use.
type lines struct {
	mu  sync.Mutex
	out *json.Encoder
}

func newLines(w io.Writer) *lines { return &lines{out: json.NewEncoder(w)} }

func (l *lines) send(v any) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.out.Encode(v); err != nil {
		return fmt.Errorf("write to the other side: %w", err)
	}
	return nil
}

// receive reads lines of JSON and calls take for each, until the end or an error.
func receive[T any](r io.Reader, take func(T) error) error {
	in := json.NewDecoder(bufio.NewReaderSize(r, 1<<16))
	for {
		var v T
		if err := in.Decode(&v); err == io.EOF {
			return nil
		} else if err != nil {
			return fmt.Errorf("read from the other side: %w", err)
		}
		if err := take(v); err != nil {
			return err
		}
	}
}
