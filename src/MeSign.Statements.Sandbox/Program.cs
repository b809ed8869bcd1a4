using MeSign.Statements.Sandbox.Demo;

return await DemoCommand.RunAsync(args, Console.Out, Console.Error, CancellationToken.None);
