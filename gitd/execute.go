package gitd

import (
	"context"

	"github.com/grader/grader/schema"
)

// execute runs one command line and returns the exit status.
func (s *Server) execute(ctx context.Context, sess *session, line string) int {
	args, err := words(line)
	if err != nil {
		return sess.fail(err)
	}
	if sess.who.user.ID == 0 {
		return s.students.join(ctx, sess, args)
	}
	if len(args) == 0 {
		return s.students.greet(ctx, sess)
	}
	if len(args) > 1 && args[0] == "git" {
		args = append([]string{"git-" + args[1]}, args[2:]...)
	}
	if len(args) > 1 && args[0] == "help" {
		args = append(args[1:], "--help")
	}
	if status, found := s.staff.run(ctx, sess, args); found {
		return status
	}
	name, args := args[0], args[1:]
	switch name {
	case "git-receive-pack":
		return s.receiver.receivePack(ctx, sess, args)
	case "git-upload-pack":
		return s.fetcher.uploadPack(ctx, sess, args)
	}
	if asksHelp(args) {
		return s.students.explain(ctx, sess, name)
	}
	for _, c := range s.students.commands() {
		if c.name == name {
			return c.call(ctx, sess, args)
		}
	}
	return sess.fail(unknownCommand(name))
}

// asksHelp reports whether the words after a command's name ask what the command does.
func asksHelp(words []string) bool {
	return len(words) > 0 && words[len(words)-1] == "--help" || len(words) == 1 && words[0] == "-h"
}

// command is one command that people can run over ssh.
type command struct {
	name, arguments, help string
	min, max              int // number of arguments
	run                   func(ctx context.Context, sess *session, args []string) int
}

func (c command) call(ctx context.Context, sess *session, args []string) int {
	if len(args) < c.min || len(args) > c.max {
		return sess.fail(schema.Errorf(schema.CodeInvalid, "use: %s", c.usage()))
	}
	return c.run(ctx, sess, args)
}

func (c command) usage() string {
	if c.arguments == "" {
		return c.name
	}
	return c.name + " " + c.arguments
}

// studentCommands implements the commands that everybody may use.
type studentCommands struct {
	*services
	*follower
	staff *staffCommands
}

func (s *studentCommands) commands() []command {
	return []command{
		{"whoami", "", "your login, name and key", 0, 0, s.whoami},
		{"status", "[COURSE[/ASSIGNMENT]]", "what is due, and where you stand", 0, 1, s.status},
		{"log", "COURSE/ASSIGNMENT[/N]", "your submissions, or one of them in full", 1, 1, s.log},
		{"watch", "COURSE/ASSIGNMENT[/N]", "the live lines of the latest, or of submission N", 1, 1, s.watch},
		{"mark", "COURSE/ASSIGNMENT/N", "have submission N count, where you may choose", 1, 1, s.mark},
		{"team", "COURSE/ASSIGNMENT | VERB COURSE/ASSIGNMENT …", "your team: create, invite, accept, decline, leave", 1, maxTeamWords, s.team},
		{"rerun", "COURSE/ASSIGNMENT/N", "grade again what our machines failed to grade", 1, 1, s.rerun},
		{"receipt", "COURSE/ASSIGNMENT[/N]", "the signed receipt of a submission", 1, 1, s.receipt},
		{"receipt-key", "", "the public key that checks receipts: grader verify FILE --key KEY", 0, 0, s.receiptKey},
		{"keys", "[list | add [KEY] | expire FINGERPRINT DAY | remove FINGERPRINT]", "your SSH keys", 0, 5, s.keys},
		{"token", "create NAME [--scope S] [--expires 90d] | list | revoke NAME", "tokens for the HTTP API", 1, 12, s.token},
		{"notify", "add email ADDRESS | add webhook URL | confirm CODE | list | topics ID | remove ID", "notices by e-mail or webhook", 1, maxNotifyWords, s.notify},
		{"login", "", "a one-time link that signs your browser in", 0, 0, s.login},
		{"help", "[NAME]", "these lines, or the arguments of one command", 0, 0, s.help},
	}
}

// unknownCommand returns the error for an unknown command, with a hint if one is known.
func unknownCommand(name string) error {
	switch name {
	case "verify":
		return schema.Errorf(schema.CodeInvalid, "receipts are checked on your own machine: grader verify FILE --key KEY")
	case "tests":
		return schema.Errorf(schema.CodeInvalid, "use: tests list or tests activate; see help")
	case "regrade":
		return schema.Errorf(schema.CodeInvalid, "use: regrade create, show, apply, discard or undo; see help")
	case "git-upload-archive":
		return schema.Errorf(schema.CodeInvalid, "archives are not served; clone the repository")
	case "git-lfs-authenticate", "git-lfs-transfer":
		return schema.Errorf(schema.CodeInvalid, "Git LFS is not supported: commit the files themselves, and push with git push --no-verify")
	case "scp", "sftp", "rsync":
		return schema.Errorf(schema.CodeInvalid, "files are not copied here; push them with git")
	}
	return schema.Errorf(schema.CodeInvalid, "there is no command %q, and no shell; try help", name)
}
