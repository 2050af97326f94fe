using Platform.Testing;

namespace Platform.Integration.Tests;

/// <summary>The servers that the tests of this collection share; started when the first of them runs, stopped after the last.</summary>
[CollectionDefinition(Name)]
public sealed class Servers : ICollectionFixture<PostgresServer>, ICollectionFixture<RabbitMqServer>
{
    /// <summary>For <c>[Collection(Servers.Name)]</c>.</summary>
    public const string Name = "servers";
}

/// <summary>Servers of their own for the tests that take them away, so that nobody else's stand still meanwhile.</summary>
[CollectionDefinition(Name)]
public sealed class ServersTakenAway : ICollectionFixture<PostgresServer>, ICollectionFixture<RabbitMqServer>
{
    /// <summary>For <c>[Collection(ServersTakenAway.Name)]</c>.</summary>
    public const string Name = "servers taken away";
}
