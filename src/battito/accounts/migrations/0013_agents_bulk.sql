-- Agents mark several rows and label, assign, snooze or resolve them together, as they could one by one: what a
-- colleague owns still needs conversations.handle_others, conversation by conversation.
update role set permissions = array_append(permissions, 'conversations.bulk'), version = version + 1
where key = 'agent' and not 'conversations.bulk' = any(permissions);
