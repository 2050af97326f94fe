using Platform.Contracts.Units;
using static Platform.Workloads.Manifests.ManifestWriter;

namespace Platform.Workloads.Manifests;

/// <summary>The <c>pipeline</c> section of the canonical text.</summary>
internal static class PipelineWriter
{
    public static void Write(Lines yaml, PipelineSpec pipeline)
    {
        if (pipeline is { Build: null, Push: null, Prepare: null, Tests: null, Checks.Count: 0, Hooks.Count: 0 }) return;
        yaml.Section("pipeline", () =>
        {
            if (pipeline.Build is { } build) yaml.Section("build", () => Build(yaml, build));
            if (pipeline.Push is { } push) yaml.Section("push", () => yaml.Member("timeLimit", Duration.Format(push.TimeLimit)));
            if (pipeline.Prepare is { } prepare) yaml.Section("prepare", () => Command(yaml, prepare));
            if (pipeline.Checks.Count > 0) yaml.Member("checks", List(pipeline.Checks.Select(Check)));
            if (pipeline.Tests is { } tests) yaml.Section("tests", () => Command(yaml, tests));
            if (pipeline.Hooks.Count > 0) yaml.Member("hooks", List(pipeline.Hooks.Select(Hook)));
        });
    }

    private static void Build(Lines yaml, BuildSpec build)
    {
        yaml.Member("context", Quoted(build.Context));
        if (build.Publish is { } publish)
        {
            yaml.Member("publish", Quoted(publish));
            yaml.Member("baseImage", Quoted(build.BaseImage));
        }
        else
        {
            yaml.Member("dockerfile", Quoted(build.Dockerfile));
        }

        if (build.Args.Count > 0) yaml.Member("args", Pairs(build.Args));
        yaml.Member("timeLimit", Duration.Format(build.TimeLimit));
    }

    private static void Command(Lines yaml, JobCommandSpec command)
    {
        foreach (var (name, value) in Members(command)) yaml.Member(name, value);
    }

    private static IEnumerable<(string Name, string Value)> Members(JobCommandSpec command)
    {
        yield return ("command", List(command.Command.Select(Quoted)));
        if (command.WorkingDirectory is { } folder) yield return ("workingDirectory", Quoted(folder));
        if (command.Env.Count > 0) yield return ("env", Pairs(command.Env));
        if (command.Image is { } image) yield return ("image", Quoted(image));
        if (command.Network is { } network) yield return ("network", Quoted(network));
        yield return ("timeLimit", Duration.Format(command.TimeLimit));
        if (command.Undo is { } undo) yield return ("undo", Flow(Members(undo)));
    }

    private static string Check(CheckSpec check)
    {
        var kind = check switch
        {
            { Http: { } http } => ("http", Quoted(http)),
            { Postgres: { } postgres } => ("postgres", Quoted(postgres)),
            { Redis: { } redis } => ("redis", Quoted(redis)),
            { Amqp: { } amqp } => ("amqp", Quoted(amqp)),
            _ => ("tcp", Quoted(check.Tcp ?? "")),
        };
        return Flow([("name", Quoted(check.Name)), kind, ("timeout", Duration.Format(check.Timeout)), ("retries", Text(check.Retries))]);
    }

    private static string Hook(HookSpec hook)
    {
        var members = new List<(string, string)> { (hook.IsBefore ? "before" : "after", hook.Step) };
        if (hook.Http is { } http)
        {
            members.Add(("http", Quoted(http)));
            if (hook.Headers.Count > 0) members.Add(("headers", Pairs(hook.Headers)));
            members.Add(("timeLimit", Duration.Format(hook.TimeLimit)));
        }
        else if (hook.Command is { } command)
        {
            members.AddRange(Members(command));
        }

        members.Add(("onFailure", hook.IsOptional ? "ignore" : "fail"));
        return Flow(members);
    }

    private static string Pairs(IReadOnlyDictionary<string, string> pairs) => Flow(pairs.OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => (Quoted(p.Key), Quoted(p.Value))));

    private static string Flow(IEnumerable<(string Name, string Value)> members) => "{ " + string.Join(", ", members.Select(m => $"{m.Name}: {m.Value}")) + " }";
}
