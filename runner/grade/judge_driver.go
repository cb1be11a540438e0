package grade

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"syscall"

	"github.com/grader/grader/runner/sandbox"
	"github.com/grader/grader/schema"
)

// duel is a student's program and a driver joined by two pipes.
type duel struct {
	student, driver       order
	studentRun, driverRun sandbox.Result
	studentFirst          bool // the student's program ended before the driver
}

// driverJudge judges with the test's driver, which talks to the program.
type driverJudge struct{}

func (j driverJudge) judgeCase(ctx context.Context, r *trial, it item, result *schema.TestResult) error {
	crash, words, _, err := r.judgePasses(ctx, r.test.Driver, it, result, r.playDriver)
	if err != nil || crash == "" {
		return err
	}
	return r.blame(ctx, j, "driver: "+crash, words, it, result)
}

func (driverJudge) crashes(ctx context.Context, r *trial, it item) (bool, error) {
	var result schema.TestResult
	crash, _, _, err := r.judgePasses(ctx, r.test.Driver, it, &result, r.playDriver)
	return crash != "", err
}

// playDriver is one pass: it runs program and driver together and judges the result. A limit that
// the student's program reached takes precedence over the driver's verdict. It returns how the
// driver crashed, if it did.
func (r *trial) playDriver(ctx context.Context, t *trusted, it item, result *schema.TestResult) (crash, words string, settled bool, err error) {
	p, err := r.placeFor(it)
	if err != nil {
		return "", "", false, err
	}
	defer p.remove()
	// The driver may run longer than the student's program.
	t.order.limits.Wall = max(t.order.limits.Wall, 2*r.bounds(it.limits).Wall+r.bounds(t.order.limits).Wall)
	d := &duel{student: r.order(p, it), driver: t.order}
	if err := r.play(ctx, d); err != nil {
		return "", "", false, err
	}
	r.note(d.studentRun, p, d.student.vars, result)
	end := r.endOf(d.student, d.studentRun, r.wanted())
	if d.studentRun.Limit != "" {
		end.apply(result)
		return "", "", true, nil
	}
	if crash, _ = t.verdictOf(d.driverRun, result); crash != "" {
		crash = joinNonEmpty("; ", crash, d.driver.execWords(d.driverRun))
		if d.studentFirst && fatal(d.studentRun) && end.outcome != "" {
			end.because(d.student, d.studentRun, true).apply(result) // explains why the driver could not continue
			return "", "", true, nil
		}
		if brokenPipe(d.driverRun) {
			result.Outcome, result.Message = schema.OutcomeFailed, "the program hung up while the driver still talked to it"
			return "", "", true, nil
		}
		return crash, string(d.driverRun.Stderr), false, nil
	}
	if result.Outcome == schema.OutcomeFailed && d.studentFirst && fatal(d.studentRun) {
		end = end.because(d.student, d.studentRun, true)
		end.apply(result)
		result.Message = joinNonEmpty("; ", end.message, t.message(studentFiles()...))
	}
	return "", "", false, nil
}

// brokenPipe reports whether a driver ended because its partner had closed its standard input.
func brokenPipe(r sandbox.Result) bool {
	return r.Signal == syscall.SIGPIPE || r.Exit != 0 && bytes.Contains(lastBytes(r.Stderr, 4<<10), []byte("BrokenPipeError"))
}

// fatal reports whether a program ended through its own fault, not because its partner had ended.
func fatal(r sandbox.Result) bool {
	s := r.Signal
	if s == 0 {
		s = shellSignal(r.Exit)
	}
	return !r.Killed && (s != 0 && s != syscall.SIGPIPE || s == 0 && r.Exit != 0)
}

// play runs both until they end.
func (r *trial) play(ctx context.Context, d *duel) error {
	toStudent, fromDriver, err := os.Pipe()
	if err != nil {
		return fmt.Errorf("make pipe: %w", err)
	}
	toDriver, fromStudent, err := os.Pipe()
	if err != nil {
		closeAll(toStudent, fromDriver)
		return fmt.Errorf("make pipe: %w", err)
	}
	for _, end := range []*os.File{fromDriver, fromStudent} {
		if err := end.Chmod(0o666); err != nil { // each program may open its end again, as /dev/stdout
			closeAll(toStudent, fromDriver, toDriver, fromStudent)
			return fmt.Errorf("make pipe: %w", err)
		}
	}
	d.student.stdin, d.student.stdout = toStudent, fromStudent
	d.driver.stdin, d.driver.stdout, d.driver.beside = toDriver, fromDriver, true
	student, driver, err := r.startBoth(ctx, d)
	closeAll(toStudent, fromDriver, toDriver, fromStudent)
	if err != nil {
		return err
	}
	return r.settle(ctx, d, student, driver)
}

func closeAll(files ...*os.File) {
	for _, f := range files {
		_ = f.Close()
	}
}

// player is a started step.
type player struct {
	process *sandbox.Process
	err     error // why it could not start
	program string
	java    javaSettings
}

// startBoth starts the driver and the student's program.
func (r *trial) startBoth(ctx context.Context, d *duel) (student, driver player, err error) {
	if driver, err = r.start(ctx, d.driver); err != nil {
		return player{}, player{}, err
	}
	if student, err = r.start(ctx, d.student); err != nil {
		if driver.process != nil {
			driver.process.Kill()
			_, _ = driver.process.Wait()
		}
		return player{}, player{}, err
	}
	return student, driver, nil
}

// start starts an order. A program that does not exist becomes a player that has ended.
func (s *workspace) start(ctx context.Context, o order) (player, error) {
	step, java := s.step(o)
	p := player{program: step.Argv[0], java: java}
	p.process, p.err = s.grader.Wall.Start(ctx, step)
	if p.err != nil && schema.CodeOf(p.err) != schema.CodeNotFound {
		if ctx.Err() != nil {
			return p, errCutOff
		}
		return p, fmt.Errorf("start %s: %w", p.program, p.err)
	}
	return p, nil
}

// wait waits for a player.
func (s *workspace) wait(ctx context.Context, p player) (sandbox.Result, error) {
	if p.process == nil {
		return s.ended(ctx, sandbox.Result{}, p.err, p.program, p.java)
	}
	run, err := p.process.Wait()
	return s.ended(ctx, run, err, p.program, p.java)
}

// settle waits for both. When the driver has ended, the student's program is killed.
func (r *trial) settle(ctx context.Context, d *duel, student, driver player) error {
	studentDone := make(chan error, 1)
	go func() {
		run, err := r.wait(ctx, student)
		d.studentRun = run
		studentDone <- err
	}()
	var driverErr error
	d.driverRun, driverErr = r.wait(ctx, driver)
	var studentErr error
	select {
	case studentErr = <-studentDone:
	default:
		if student.process != nil {
			student.process.Kill()
		}
		studentErr = <-studentDone
	}
	d.studentFirst = d.studentRun.Ended < d.driverRun.Ended
	return errors.Join(driverErr, studentErr)
}
