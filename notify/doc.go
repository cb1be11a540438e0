// Package notify sends notices to people: e-mails by SMTP and calls of webhooks. Its senders
// deliver the outbox's entries of the kinds schema.OutgoingMail and schema.OutgoingWebhook. The
// classroom composes the text of a notice when it is sent.
//
// An e-mail has the same Message-ID at each attempt, and a webhook the same webhook-id, so that a
// receiver can recognise a repetition.
package notify
