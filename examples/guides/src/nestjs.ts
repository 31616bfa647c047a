import 'reflect-metadata'
import {
  Controller,
  createParamDecorator,
  Delete,
  type ExecutionContext,
  Get,
  HttpCode,
  HttpException,
  Module,
  UseGuards,
} from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { createGuard, type Identity } from '@signet/guard'
import { findIdentity, protect } from '@signet/guard/nest'

const guard = createGuard({ issuer: 'http://localhost:3000', audience: 'http://localhost:3000' })

/** Who is calling: a parameter for handlers. Null where an optional route has nobody. */
const Caller = createParamDecorator((_data: unknown, context: ExecutionContext) =>
  findIdentity(context.switchToHttp().getRequest()),
)

// Needs a role; and answers 503 rather than trust a token while revocations cannot be heard.
const onlyAdmins = protect(guard, { roles: { any: ['admin'] }, onStale: 'refuse' })

const inPlainWords = protect(guard, {
  onError: (error) => {
    throw new HttpException(`No report for you: ${error.code}`, guard.answer(error).status)
  },
})

@Controller()
class OrdersController {
  @Get('orders')
  @UseGuards(protect(guard))
  list(@Caller() { subject }: Identity) {
    return { hello: subject }
  }

  @Delete('orders/:id')
  @UseGuards(onlyAdmins)
  @HttpCode(204)
  remove() {}

  @Get('greeting')
  @UseGuards(protect(guard, { optional: true }))
  greet(@Caller() caller: Identity | null) {
    return { hello: caller?.subject ?? 'stranger' }
  }

  @Get('report')
  @UseGuards(inPlainWords)
  report() {
    return 'All is well\n'
  }
}

@Controller('account')
@UseGuards(protect(guard))
class AccountController {
  @Get('name')
  name(@Caller() { subject }: Identity) {
    return { name: subject }
  }
}

@Module({ controllers: [OrdersController, AccountController] })
class App {}

const app = await NestFactory.create(App)
await app.listen(4000)
