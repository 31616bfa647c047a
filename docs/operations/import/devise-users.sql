-- What Rails and Devise leave in PostgreSQL, with the confirmable module.
create table users (
  id bigserial primary key,
  email varchar not null default '',
  encrypted_password varchar not null default '',
  confirmed_at timestamp,
  created_at timestamp not null
);
insert into users (email, encrypted_password, confirmed_at, created_at) values
  ('ada@example.com', '$2a$12$jTvUOx3VW4VNeRqfp.9JzOvq/M1oB5X/df5m4zgzXBQ9qEOZfS.5.',
   '2023-11-14 22:20:00', '2023-11-14 22:13:20.123456'),
  ('eve@example.com', '', null, '2024-03-09 16:00:00');
