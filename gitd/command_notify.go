package gitd

import (
	"context"
	"strconv"

	"github.com/grader/grader/classroom"
	"github.com/grader/grader/schema"
)

// maxNotifyWords bounds the words of a notify command: those before the topics, and every topic.
const maxNotifyWords = 20

// notifyCommands returns the subcommands of notify.
func (s *studentCommands) notifyCommands() []staffCommand {
	return []staffCommand{
		{"notify add", "CHANNEL ADDRESS [--topic TOPIC]... [--json]", "get notices by email or webhook: verdict, regraded, extension; for staff also tests and pool", "", s.addDestination},
		{"notify confirm", "CODE [--json]", "confirm an address with the code that was sent to it", "", s.confirmDestination},
		{"notify list", "[--json]", "your addresses for notices", "", s.listDestinations},
		{"notify topics", "ID [--topic TOPIC]... [--json]", "what an address gets notices about; without --topic everything", "", s.chooseTopics},
		{"notify remove", "ID [--json]", "send no more notices to an address", "", s.removeDestination},
	}
}

// notify adds, confirms, lists, changes and removes addresses for notices.
func (s *studentCommands) notify(ctx context.Context, sess *session, args []string) int {
	c, rest, found := findStaff(s.notifyCommands(), append([]string{"notify"}, args...))
	if !found {
		return sess.fail(schema.Errorf(schema.CodeInvalid, "use: notify add email ADDRESS, notify add webhook URL, notify confirm CODE, notify list, notify topics ID or notify remove ID"))
	}
	return s.staff.runStaff(ctx, sess, c, rest)
}

func (s *studentCommands) addDestination(ctx context.Context, c *staffCall) (err error) {
	d := classroom.NewDestination{Address: c.args[1]}
	if d.Channel, err = schema.ParseNoticeChannel(c.args[0]); err != nil {
		return err
	}
	if d.Topics, err = schema.ParseNoticeTopics(c.flags["topic"]); err != nil {
		return err
	}
	added, err := s.Classroom.Notices.Add(ctx, c.actor, d)
	if err != nil {
		return err
	}
	return c.reply.DestinationAdded(added)
}

func (s *studentCommands) confirmDestination(ctx context.Context, c *staffCall) error {
	confirmed, _, err := s.Classroom.Notices.Confirm(ctx, c.actor, c.args[0])
	if err != nil {
		return err
	}
	return c.reply.DestinationConfirmed(confirmed)
}

func (s *studentCommands) listDestinations(ctx context.Context, c *staffCall) error {
	all, err := s.Classroom.Notices.List(ctx, c.actor, "")
	if err != nil {
		return err
	}
	return c.reply.Destinations(all)
}

// destinationID parses the number of an address.
func destinationID(text string) (int64, error) {
	id, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return 0, schema.Errorf(schema.CodeInvalid, "%q is not the number of an address; notify list shows them", schema.Excerpt(schema.Sanitize(text), 40))
	}
	return id, nil
}

func (s *studentCommands) chooseTopics(ctx context.Context, c *staffCall) error {
	id, err := destinationID(c.args[0])
	if err != nil {
		return err
	}
	topics, err := schema.ParseNoticeTopics(c.flags["topic"])
	if err != nil {
		return err
	}
	changed, err := s.Classroom.Notices.Choose(ctx, c.actor, "", id, topics)
	if err != nil {
		return err
	}
	return c.reply.DestinationConfirmed(changed)
}

func (s *studentCommands) removeDestination(ctx context.Context, c *staffCall) error {
	id, err := destinationID(c.args[0])
	if err != nil {
		return err
	}
	removed, err := s.Classroom.Notices.Remove(ctx, c.actor, "", id)
	if err != nil {
		return err
	}
	return c.reply.DestinationRemoved(removed)
}
