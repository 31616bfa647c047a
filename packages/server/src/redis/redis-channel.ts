import type { Redis } from 'ioredis'
import type { WakeChannel } from '../wake-channel.ts'

const CHANNEL = 'signet:revocations'

/** Publish and subscribe. Heard on a connection of its own: one that is subscribed does nothing else. */
export function createRedisChannel(redis: Redis): WakeChannel {
  return {
    hint: 'messages of Redis do not arrive',

    async open({ heard, broken }) {
      const subscriber = redis.duplicate({ retryStrategy: null, autoResubscribe: false })
      subscriber.on('error', () => {})
      subscriber.on('end', () => broken(new Error('Redis: the connection ended')))
      subscriber.on('message', (_channel, message: string) => heard(message))
      const close = () => subscriber.disconnect()
      try {
        await subscriber.connect()
        await subscriber.subscribe(CHANNEL)
      } catch (error) {
        close()
        throw error
      }
      return close
    },

    send: (message) => redis.publish(CHANNEL, message),
  }
}
