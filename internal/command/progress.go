package command

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/grader/grader/internal/backup"
)

// progress shows the progress of a backup or a restore on a terminal.
type progress struct {
	out   io.Writer // nil: standard error is not a terminal
	shown time.Time
}

func newProgress(c *cli.Context) *progress {
	p := &progress{shown: time.Now()}
	if f, ok := c.App.ErrWriter.(*os.File); ok {
		if info, err := f.Stat(); err == nil && info.Mode()&os.ModeCharDevice != 0 {
			p.out = f
		}
	}
	return p
}

// tell replaces the line with a new one, at most twice a second.
func (p *progress) tell(is backup.Progress) {
	if p.out == nil || time.Since(p.shown) < 500*time.Millisecond {
		return
	}
	p.shown = time.Now()
	of := ""
	if is.Of > 0 {
		of = fmt.Sprintf("%d of %d repositories, ", is.Repositories, is.Of)
	}
	fmt.Fprintf(p.out, "\r%s%d MiB\x1b[K", of, is.Bytes>>20)
}

// end clears the line.
func (p *progress) end() {
	if p.out != nil {
		fmt.Fprint(p.out, "\r\x1b[K")
	}
}
